package org.elastauth.config;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** A setting whose value appears in no message. */
@Retention(RetentionPolicy.RUNTIME)
public @interface Secret {}

package org.elastauth.config;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** A record whose settings are named as if they were those of the record around it. */
@Retention(RetentionPolicy.RUNTIME)
public @interface Inline {}

package org.elastauth.config;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** A record whose settings have no path segment for the record itself. */
@Retention(RetentionPolicy.RUNTIME)
public @interface Inline {}

package org.elastauth.config;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/**
 * Other names of a setting. Names in capitals are environment variables, others are paths, in files
 * and in variables with the prefix {@code ELASTAUTH_}. {@code name=a|b} is a switch: on means a,
 * off means b.
 */
@Retention(RetentionPolicy.RUNTIME)
public @interface Alias {
  String[] value();
}

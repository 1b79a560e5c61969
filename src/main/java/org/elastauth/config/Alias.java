package org.elastauth.config;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/**
 * Other names of a setting, with lower precedence than its own. Names in capitals are environment
 * variables, others dotted paths in a file. A {@code !} in front inverts the value.
 */
@Retention(RetentionPolicy.RUNTIME)
public @interface Alias {
  String[] value();
}

package org.elastauth.config;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/**
 * Other spellings of a setting, whose own name wins over them. In capitals: an environment
 * variable. Otherwise: a dotted path in a file, after a {@code !} where it means the opposite.
 */
@Retention(RetentionPolicy.RUNTIME)
public @interface Alias {
  String[] value();
}

package org.elastauth.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Other spellings of a setting. In capitals: a variable of the environment. Otherwise: a dotted
 * path in a configuration file, behind a {@code !} where it says the opposite. The setting's own
 * name always wins over these.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Alias {
  String[] value();
}

package org.elastauth.config;

import java.util.List;
import java.util.stream.Stream;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * The settings for routes of one's own: {@code my.folder}, or {@code elastauth.my.folder}, is
 * <code>{{my.folder}}</code> in a route. Their sources have the order of all settings.
 */
public final class OwnSettings extends PropertySource<MutablePropertySources> {
  private static final String PREFIX = "my.";

  /** Spring's view of all sources, this one included. */
  private static final String ALL = "configurationProperties";

  private OwnSettings(MutablePropertySources sources) {
    super("settings of own routes", sources);
  }

  /** Makes them available. */
  public static void addTo(MutablePropertySources sources) {
    sources.addFirst(new OwnSettings(sources));
  }

  /**
   * @param path below elastauth
   */
  static boolean isOwn(String path) {
    return path.startsWith(PREFIX) || path.equals("my");
  }

  static boolean isOwnVariable(String name) {
    return name.startsWith("ELASTAUTH_MY_");
  }

  @Override
  public Object getProperty(String name) {
    if (!name.startsWith(PREFIX)) {
      return null;
    }
    PropertySource<?> environment =
        source.get(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    List<PropertySource<?>> others =
        source.stream()
            .filter(other -> other != this && !other.getName().equals(ALL))
            .filter(other -> other != environment)
            .toList();
    return Stream.concat(Stream.ofNullable(environment), others.stream())
        .flatMap(
            place ->
                Stream.of(name, SettingsReader.PREFIX + name)
                    .map(place::getProperty)
                    .flatMap(Stream::ofNullable))
        .findFirst()
        .orElse(null);
  }
}

package org.elastauth.config;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * The settings for the operator's routes: {@code my.folder}, or {@code elastauth.my.folder}, is
 * <code>{{my.folder}}</code> in a route. Their sources have the order of all settings.
 */
public final class OwnSettings extends PropertySource<MutablePropertySources> {
  private static final String PREFIX = "my.";
  private static final String VARIABLE_PREFIX = "ELASTAUTH_";

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

  /** Whether the name says that the value is a secret. */
  public static boolean isSecret(String name) {
    return ShownValue.isSecret(name);
  }

  static boolean isOwnVariable(String name) {
    return name.startsWith("ELASTAUTH_MY_");
  }

  /** Those that a file, an option or a variable with our prefix names, without secrets. */
  public static List<EffectiveSetting> effective(MutablePropertySources sources) {
    OwnSettings own = new OwnSettings(sources);
    return sources.stream()
        .filter(EnumerablePropertySource.class::isInstance)
        .flatMap(source -> Stream.of(((EnumerablePropertySource<?>) source).getPropertyNames()))
        .map(OwnSettings::name)
        .filter(name -> !name.isEmpty())
        .distinct()
        .sorted()
        .flatMap(name -> own.places(name).limit(1).map(place -> place.effective(name)))
        .toList();
  }

  /** Empty for a setting of the gateway. */
  private static String name(String property) {
    return isOwnVariable(property)
        ? property
            .substring(VARIABLE_PREFIX.length())
            .toLowerCase(Locale.ROOT)
            .replaceFirst("_", ".")
        : Stream.of(property.replaceFirst("^elastauth\\.", ""))
            .filter(name -> name.startsWith(PREFIX))
            .findFirst()
            .orElse("");
  }

  /**
   * @param name that has the value in the source
   */
  private record Place(PropertySource<?> source, String name, Object value) {
    EffectiveSetting effective(String setting) {
      String shown = ShownValue.own(setting, value.toString());
      String variable = name.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
      String origin =
          source.containsProperty(variable) ? variable : SettingsReader.origin(source, name);
      return new EffectiveSetting("my", setting.substring(PREFIX.length()), shown, origin, "");
    }
  }

  @Override
  public Object getProperty(String name) {
    return name.startsWith(PREFIX) ? places(name).map(Place::value).findFirst().orElse(null) : null;
  }

  /** Where a setting is, in order of precedence. */
  private Stream<Place> places(String name) {
    PropertySource<?> environment =
        source.get(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    List<PropertySource<?>> others =
        source.stream()
            .filter(other -> !(other instanceof OwnSettings) && !other.getName().equals(ALL))
            .filter(other -> other != environment)
            .toList();
    return Stream.concat(Stream.ofNullable(environment), others.stream())
        .flatMap(
            place ->
                Stream.of(name, SettingsReader.PREFIX + name)
                    .filter(spelling -> place.getProperty(spelling) != null)
                    .map(spelling -> new Place(place, spelling, place.getProperty(spelling))));
  }
}

package org.elastauth.startup;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.Fault;
import org.elastauth.config.StartupFailure;
import org.elastauth.routes.BeanConstruction;
import org.elastauth.routes.RouteDrawing;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;

/**
 * Checks a configuration without a context of Spring or Camel. The build has checked the packaged
 * routes; {@code RouteCheck} checks others.
 */
public final class QuickCheck {
  public enum Result {
    VALID,
    INVALID,
    /** A file is unreadable, or the operator configures Camel. */
    INCOMPLETE
  }

  private QuickCheck() {}

  /**
   * How many settings are unknown or set twice, which a start only warns of. Of a configuration
   * without faults.
   */
  public static int mistakes(String... args) throws IOException {
    return LoadedConfiguration.read(new StandardEnvironment(), args).check().mistakes();
  }

  /** Logs all faults. */
  public static Result of(String... args) {
    ConfigurableEnvironment environment = new StandardEnvironment();
    try {
      LoadedConfiguration configuration = LoadedConfiguration.read(environment, args);
      if (configuration.configuresCamel()) {
        return Result.INCOMPLETE;
      }
      LoadedConfiguration.log(environment);
      configuration.check().check();
      List<Fault> unusable = BeanConstruction.faults(configuration.check().files().routes());
      if (!unusable.isEmpty()) {
        throw new ConfigurationFaults(unusable);
      }
      Gateway.warn(configuration.settings());
      configuration.check().files().log();
      return Result.VALID;
    } catch (IOException unreadable) {
      return Result.INCOMPLETE;
    } catch (RuntimeException failure) {
      LoadedConfiguration.log(environment);
      if (!new StartupFailure().reportException(failure)) {
        throw failure;
      }
      return Result.INVALID;
    }
  }

  /**
   * The routes in use as a drawing.
   *
   * @param start the id of the route to begin with, or {@link RouteDrawing#ALL}
   * @throws IllegalArgumentException with a message for the user
   */
  public static String drawing(String start, LoadedConfiguration configuration) {
    ConfigurationFiles files = configuration.check().files();
    if (!files.faults().isEmpty()) {
      throw new IllegalArgumentException(
          files.faults().stream()
              .map(fault -> fault.key() + " " + fault.mend())
              .collect(Collectors.joining("\n")));
    }
    return RouteDrawing.of(
        files.routes(), SettingsLoader.placeholders(configuration.environment()), start);
  }
}

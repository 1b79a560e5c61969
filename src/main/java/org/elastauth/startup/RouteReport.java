package org.elastauth.startup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.elastauth.config.Fault;
import org.elastauth.routes.BeanConstruction;
import org.elastauth.routes.MissingSettings;
import org.elastauth.routes.RouteDiff;

/**
 * What a check of the route files says.
 *
 * @param notes what an operator should know, and no fault
 */
public record RouteReport(List<Fault> faults, List<String> notes, String summary) {
  private static final String FOLDER = "--elastauth.routes=";

  /**
   * Reads the settings as a start does, because they decide which files are used.
   *
   * @param folder of the route files; null for the one that the configuration names
   */
  public static RouteReport read(Path folder, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    if (folder != null) {
      all.removeIf(argument -> argument.startsWith(FOLDER));
      all.add(FOLDER + folder);
    }
    LoadedConfiguration configuration = LoadedConfiguration.read(all.toArray(String[]::new));
    return of(
        configuration.check().files(),
        SettingsLoader.placeholders(configuration.environment()),
        folder != null);
  }

  /**
   * @param isNamed whether the folder was named: it may run with other settings, and its files may
   *     be foreign, so none of their classes runs
   */
  private static RouteReport of(
      ConfigurationFiles files, UnaryOperator<String> placeholders, boolean isNamed) {
    Set<Fault> faults = new LinkedHashSet<>(files.faults());
    List<String> notes = new ArrayList<>(RouteDiff.notes(files.routes()));
    if (isNamed) {
      for (Fault missing : MissingSettings.in(files.routes(), placeholders)) {
        faults.remove(missing);
        notes.add(missing.toString());
      }
    }
    if (faults.isEmpty() && !isNamed) {
      faults.addAll(BeanConstruction.faults(files.routes()));
    }
    return new RouteReport(
        List.copyOf(faults),
        notes,
        "valid route files: %d, of which the configuration uses %d; %s"
            .formatted(
                files.all().files().size(), files.routes().files().size(), files.all().summary()));
  }
}

package org.elastauth.startup;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.elastauth.config.NearestName;
import org.springframework.boot.ApplicationArguments;

/** The options that are not settings, and their validation. */
public final class CommandLine {
  public static final String GENERATE_KEY = "generateKey";
  public static final String CHECK_CONFIG = "check-config";
  public static final String CHECK_ROUTES = "check-routes";
  public static final String EXPORT_ROUTES = "export-routes";
  public static final String DIFF_ROUTES = "diff-routes";
  public static final String DRAW_ROUTES = "draw-routes";
  public static final String CREATE_CACHE_TABLE = "create-cache-table";
  public static final String CONFIG = "config";
  public static final String HELP_OPTION = "help";

  public static final String HELP =
      """
      java -jar elastauth.jar [option]
        (none)                 start the gateway
        --config FILE          read settings in elastauth's own form from FILE; default: ./config.yml, then /config.yml
        --generateKey          print a new secret key
        --check-config         print all faults of the configuration, or that it is valid; start nothing
        --check-routes [DIR]   print all faults of the route files in DIR, or in the folder of the configuration, with
                               file and line; start nothing
        --export-routes DIR    write the routes inside the jar to DIR; overwrite no file
        --diff-routes [DIR]    print what the folder of routes, or DIR, changes in the routes inside the jar
        --draw-routes [ID]     print the routes in use as a Mermaid flowchart, from the front door, from the route ID,
                               or all
        --create-cache-table   create the table of cache.type database, unless it exists
        --help                 print this text
        --elastauth.KEY=VALUE  a setting of application.yaml, such as --elastauth.cache.type=memory
        --my.KEY=VALUE         a setting for your own routes, which read it as {{my.KEY}}
      """;

  private static final Set<String> OPTIONS =
      Set.of(
          GENERATE_KEY,
          CHECK_CONFIG,
          CHECK_ROUTES,
          EXPORT_ROUTES,
          DIFF_ROUTES,
          DRAW_ROUTES,
          CREATE_CACHE_TABLE,
          CONFIG,
          HELP_OPTION);

  /** Prefixes of the properties that an option may set. */
  private static final List<String> PREFIXES =
      List.of("elastauth.", "my.", "spring.", "camel.", "logging.");

  /** Anything else may be a secret in the wrong place. */
  private static final Pattern NAME = Pattern.compile("[a-zA-Z]+([._-][a-zA-Z]+){0,4}");

  private static final String HIDDEN = "*** (not shown, because it may be a secret)";

  private CommandLine() {}

  /**
   * @return the error message; empty for a valid command line
   */
  public static String complaint(ApplicationArguments arguments) {
    Set<String> unknown = new TreeSet<>();
    for (String name : arguments.getOptionNames()) {
      if (!OPTIONS.contains(name) && PREFIXES.stream().noneMatch(name::startsWith)) {
        unknown.add(NAME.matcher(name).matches() ? "--" + name : HIDDEN);
      }
    }
    if (arguments.getOptionNames().contains(EXPORT_ROUTES)) {
      if (values(arguments, EXPORT_ROUTES).size() != 1) {
        return "--export-routes requires exactly one folder";
      }
    } else if (arguments.getOptionNames().contains(DIFF_ROUTES)) {
      if (values(arguments, DIFF_ROUTES).size() > 1) {
        return "--diff-routes takes one folder at most";
      }
    } else if (arguments.getOptionNames().contains(CHECK_ROUTES)) {
      if (values(arguments, CHECK_ROUTES).size() > 1) {
        return "--check-routes takes one folder at most";
      }
    } else if (arguments.getOptionNames().contains(DRAW_ROUTES)) {
      if (values(arguments, DRAW_ROUTES).size() > 1) {
        return "--draw-routes takes one route id at most";
      }
    } else if (arguments.getOptionNames().contains(CONFIG)) {
      if (values(arguments, CONFIG).size() != 1) {
        return "--config requires exactly one file";
      }
    } else {
      for (String argument : arguments.getNonOptionArgs()) {
        unknown.add(NearestName.of(argument, OPTIONS).isPresent() ? argument : HIDDEN);
      }
    }
    return unknown.isEmpty()
        ? ""
        : "unknown option " + String.join(" ", unknown) + "; --help lists the options";
  }

  /** The values of an option, as {@code =VALUE} or as the next argument. */
  public static List<String> values(ApplicationArguments arguments, String option) {
    List<String> values = arguments.getOptionValues(option);
    return values.isEmpty() ? arguments.getNonOptionArgs() : values;
  }
}

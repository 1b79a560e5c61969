package org.elastauth;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.elastauth.cache.CacheTable;
import org.elastauth.cache.DatabaseFailure;
import org.elastauth.config.Fault;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.routes.RouteCheck;
import org.elastauth.routes.RouteDiff;
import org.elastauth.routes.RouteDrawing;
import org.elastauth.routes.RouteExport;
import org.elastauth.routes.RouteSet;
import org.elastauth.startup.CommandLine;
import org.elastauth.startup.QuickCheck;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.DefaultApplicationArguments;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessException;

/** Starts the gateway, or does what an option asks for. */
public final class Main {
  private Main() {}

  public static void main(String... args) {
    ApplicationArguments arguments = new DefaultApplicationArguments(args);
    String complaint = CommandLine.complaint(arguments);
    if (!complaint.isEmpty()) {
      System.err.println(complaint);
      System.exit(1);
    }
    if (arguments.containsOption(CommandLine.HELP_OPTION)) {
      System.out.print(CommandLine.HELP);
    } else if (arguments.containsOption(CommandLine.GENERATE_KEY)) {
      System.out.println(SecretKeys.generate());
    } else if (arguments.containsOption(CommandLine.EXPORT_ROUTES)) {
      exportRoutes(Path.of(CommandLine.values(arguments, CommandLine.EXPORT_ROUTES).get(0)));
    } else if (arguments.containsOption(CommandLine.DIFF_ROUTES)) {
      diffRoutes(CommandLine.values(arguments, CommandLine.DIFF_ROUTES), args);
    } else if (arguments.containsOption(CommandLine.CHECK_ROUTES)) {
      checkRoutes(CommandLine.values(arguments, CommandLine.CHECK_ROUTES), args);
    } else if (arguments.containsOption(CommandLine.DRAW_ROUTES)) {
      drawRoutes(CommandLine.values(arguments, CommandLine.DRAW_ROUTES), args);
    } else if (arguments.containsOption(CommandLine.CHECK_CONFIG)) {
      checkConfig(args);
    } else if (arguments.containsOption(CommandLine.CREATE_CACHE_TABLE)) {
      createCacheTable(prepare(args));
      System.exit(0);
    } else {
      start(args);
    }
  }

  private static void exportRoutes(Path folder) {
    try {
      System.out.println(RouteExport.to(folder) + " route files are in " + folder);
    } catch (IOException e) {
      System.err.println("--export-routes: " + e.getMessage());
      System.exit(1);
    }
  }

  /** All files of a folder over those in the jar; by default of the folder that a start uses. */
  private static RouteSet routes(List<String> folders, String... args) throws IOException {
    return folders.isEmpty() ? QuickCheck.routes(args) : RouteSet.read(Path.of(folders.get(0)));
  }

  private static void diffRoutes(List<String> folders, String... args) {
    try {
      RouteSet set = routes(folders, args);
      RouteDiff.of(set).forEach(System.out::println);
      set.faults().forEach(fault -> System.err.println("--diff-routes: " + fault.mend()));
      System.exit(set.faults().isEmpty() ? 0 : 1);
    } catch (IOException e) {
      System.err.println("--diff-routes: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void checkRoutes(List<String> folders, String... args) {
    try {
      RouteSet set = routes(folders, args);
      List<Fault> faults = RouteCheck.of(set);
      faults.forEach(System.err::println);
      if (faults.isEmpty()) {
        System.out.println(set.files().size() + " route files are valid; " + set.summary());
      }
      System.exit(faults.isEmpty() ? 0 : 1);
    } catch (IOException e) {
      System.err.println("--check-routes: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void drawRoutes(List<String> starts, String... args) {
    try {
      String start = starts.isEmpty() ? RouteDrawing.FRONT_DOOR : starts.get(0);
      System.out.print(QuickCheck.drawing(start, args));
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("--draw-routes: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void checkConfig(String... args) {
    QuickCheck.Result result = QuickCheck.of(args);
    if (result == QuickCheck.Result.INCOMPLETE) {
      SpringApplication.exit(prepare(args));
      result = QuickCheck.Result.VALID;
    }
    if (result == QuickCheck.Result.VALID) {
      System.out.println("configuration is valid");
    }
    System.exit(result == QuickCheck.Result.VALID ? 0 : 1);
  }

  private static void createCacheTable(ConfigurableApplicationContext context) {
    try {
      context.getBean(CacheTable.class).create();
      SpringApplication.exit(context);
      System.out.println("the table " + CacheTable.NAME + " exists");
    } catch (IllegalStateException | DataAccessException e) {
      System.err.println("--create-cache-table: " + DatabaseFailure.reason(e));
      System.exit(1);
    }
  }

  /** Creates and checks the routes, but starts none of them and does not listen. */
  private static ConfigurableApplicationContext prepare(String... args) {
    return start(
        args,
        "--camel.main.auto-startup=false",
        // its warning about a context that ends at once does not apply
        "--logging.level.org.apache.camel.spring.boot=error");
  }

  private static ConfigurableApplicationContext start(String[] args, String... more) {
    try {
      return SpringApplication.run(
          Application.class,
          Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new));
    } catch (RuntimeException reported) {
      // Spring has logged the reason; threads that already run would keep the process alive
      System.exit(1);
      throw reported;
    }
  }
}

package org.elastauth.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.elastauth.doctor.Doctor;
import org.elastauth.doctor.Report;
import org.elastauth.startup.ConfigurationInspection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "doctor",
    description = {
      "Check everything that a gateway needs: configuration, Redis, Elasticsearch, identity provider, certificates,"
          + " files, memory. Each finding says how to mend it. Changes nothing; ends in time, also if a server hangs."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:no fault; warnings and notes are no faults",
      "1:at least one fault",
      "2:a wrong command line"
    },
    footer = {
      "  elastauth doctor",
      "  elastauth doctor --token - < token",
    })
final class DoctorCommand implements Callable<Integer> {
  private static final int LONGEST_TIMEOUT = 600;
  private static final int LONGEST_TOKEN = 64 << 10;

  @Spec private CommandSpec spec;
  @Mixin private SettingsOptions settings;

  @Option(names = "--json", description = "Print the findings as JSON.")
  private boolean json;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description =
          "The longest time of the checks of a server, 1 to 600. All servers are checked at the same time. Default:"
              + " ${DEFAULT-VALUE}.")
  private int timeout;

  @Option(
      names = "--token",
      paramLabel = "-",
      description =
          "Read an access token from standard input, and show whether it is accepted and which user and roles it"
              + " gives. The token itself is never shown.")
  private String token;

  @Override
  public Integer call() throws IOException {
    String text = token == null ? "" : token();
    if (timeout < 1 || timeout > LONGEST_TIMEOUT) {
      throw new CommandException("--timeout takes 1 to " + LONGEST_TIMEOUT + " seconds");
    }
    Report report =
        Doctor.examine(
            new ConfigurationInspection(settings.load()), text, Duration.ofSeconds(timeout));
    spec.commandLine().getOut().print(json ? report.json() + "\n" : report.text());
    spec.commandLine().getOut().flush();
    return report.hasFaults() ? ElastauthCommand.FAILED : ElastauthCommand.OK;
  }

  private String token() throws IOException {
    if (!token.equals("-")) {
      throw new CommandException(
          "--token takes only -, because other users of this machine can see arguments; pass the token on"
              + " standard input");
    }
    byte[] bytes = System.in.readNBytes(LONGEST_TOKEN);
    String text = new String(bytes, StandardCharsets.UTF_8).strip();
    if (text.isEmpty()) {
      throw new CommandException("standard input has no token");
    }
    return text;
  }
}

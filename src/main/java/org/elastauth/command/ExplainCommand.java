package org.elastauth.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.elastauth.explain.Explanation;
import org.elastauth.explain.Login;
import org.elastauth.explain.LoginExplainer;
import org.elastauth.startup.CommandBeans;
import org.elastauth.startup.LoadedConfiguration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "explain",
    description = "Print how a login is decided, and what it would write; write nothing.",
    footer = {
      "  elastauth explain --user john.doe --groups admins,developers",
      "  elastauth explain --token - < token",
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the login succeeds",
      "1:the login is refused, or the configuration has faults",
      "2:a wrong command line"
    })
final class ExplainCommand implements Callable<Integer> {
  /** Longer than the longest accepted token. */
  private static final int MAX_TOKEN = 32 * 1024;

  private static final String STANDARD_INPUT = "-";

  @Spec private CommandSpec spec;
  @Mixin private SettingsOptions settings;

  @Option(names = "--user", paramLabel = "NAME", description = "The username.")
  private String user;

  @Option(
      names = "--token",
      paramLabel = "-",
      description =
          "Read a token of the OpenID Connect provider from standard input, and verify it.")
  private String token;

  @Option(
      names = "--groups",
      paramLabel = "GROUP,GROUP",
      hideParamSyntax = true,
      split = ",",
      description =
          "The groups, separated by commas; empty for none. Without it, the login says nothing of groups.")
  private List<String> groups;

  @Override
  public Integer call() throws IOException {
    if ((user == null) == (token == null)) {
      throw new UsageException(spec, "explain requires either --user NAME or --token -");
    }
    if (token != null && (groups != null || !token.equals(STANDARD_INPUT))) {
      throw new UsageException(
          spec,
          groups == null
              ? "--token requires -, because other users can read arguments; write the token to standard input"
              : "--token does not go with --groups, because the token names the groups");
    }
    LoadedConfiguration configuration = settings.loadValid();
    Login login = token == null ? new Login(user, groups, "") : new Login("", null, readToken());
    try (CommandBeans beans = LoginExplainer.beans(configuration)) {
      Explanation explanation = new LoginExplainer(configuration, beans).explain(login);
      explanation.lines().forEach(spec.commandLine().getOut()::println);
      return explanation.isGranted() ? ElastauthCommand.OK : ElastauthCommand.FAILED;
    }
  }

  private static String readToken() throws IOException {
    byte[] input = System.in.readNBytes(MAX_TOKEN);
    String token =
        new String(input, StandardCharsets.US_ASCII).strip().replaceFirst("^(?i)Bearer +", "");
    if (token.isEmpty()) {
      throw new CommandException("standard input has no token");
    }
    return token;
  }
}

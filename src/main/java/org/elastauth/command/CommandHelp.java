package org.elastauth.command;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The layout that the help of all commands shares. */
final class CommandHelp {
  private static final int WIDTH = 100;

  private CommandHelp() {}

  static void layOut(CommandLine line) {
    UsageMessageSpec help = line.getCommandSpec().usageMessage();
    help.width(WIDTH)
        .synopsisHeading("Usage: ")
        .sortOptions(false)
        .parameterListHeading("%nArguments:%n")
        .optionListHeading("%nOptions:%n")
        .commandListHeading("%nCommands:%n");
    if (help.descriptionHeading().isEmpty()) {
      help.descriptionHeading("%n");
    }
    if (help.footer().length > 0 && help.footerHeading().isEmpty()) {
      help.footerHeading("%nExamples:%n");
    }
    if (help.exitCodeList().isEmpty()) {
      Map<String, String> codes = new LinkedHashMap<>();
      codes.put("0", "success");
      codes.put("1", "a fault, which is printed to standard error");
      codes.put("2", "a wrong command line; options of earlier versions return 1");
      help.exitCodeListHeading("%nExit codes:%n").exitCodeList(codes);
    }
    line.getSubcommands().values().forEach(CommandHelp::layOut);
  }
}

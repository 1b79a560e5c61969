package org.elastauth.command;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.elastauth.routes.RouteDrawing;
import org.elastauth.startup.QuickCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "draw-routes",
    description = "Print the routes in use as a Mermaid flowchart.",
    footer = {
      "  elastauth draw-routes",
      "  elastauth draw-routes all",
    })
final class DrawRoutesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SettingsOptions settings;

  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      defaultValue = RouteDrawing.FRONT_DOOR,
      description = "The route to begin with, or all. Default: the front door.")
  private String start;

  @Override
  public Integer call() throws IOException {
    try {
      spec.commandLine().getOut().print(QuickCheck.drawing(start, settings.load()));
    } catch (IllegalArgumentException e) {
      throw new CommandException(e.getMessage());
    }
    spec.commandLine().getOut().flush();
    return ElastauthCommand.OK;
  }
}

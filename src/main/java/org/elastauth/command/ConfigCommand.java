package org.elastauth.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.elastauth.config.EffectiveSetting;
import org.elastauth.config.PrintableText;
import org.elastauth.startup.LoadedConfiguration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "config",
    description = "Print the values in use of the settings, and where each comes from.",
    footer = {
      "  elastauth config",
      "  elastauth config --all --json | jq '.[\"cache.type\"]'",
    })
final class ConfigCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SettingsOptions settings;

  @Option(names = "--all", description = "Print the settings with default values, too.")
  private boolean all;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    LoadedConfiguration configuration = settings.load();
    List<EffectiveSetting> effective =
        configuration.effective().settings().stream()
            .filter(setting -> all || !setting.isDefault())
            .toList();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> members = new LinkedHashMap<>();
      effective.forEach(setting -> members.put(setting.name(), setting.json()));
      out.println(
          new ObjectMapper()
              .enable(SerializationFeature.INDENT_OUTPUT)
              .writeValueAsString(members));
    } else {
      for (Path file : configuration.files()) {
        out.println("# file: " + file.toAbsolutePath());
      }
      out.print(new EffectiveYaml(effective));
      out.flush();
    }
    PrintWriter err = spec.commandLine().getErr();
    Set<String> unknown = configuration.reading().unknown().keySet();
    if (!unknown.isEmpty()) {
      err.println(
          "config: unknown settings are ignored: " + PrintableText.of(String.join(", ", unknown)));
    }
    if (!configuration.faults().isEmpty()) {
      err.println("config: the configuration has faults; elastauth check names them");
      return ElastauthCommand.FAILED;
    }
    return ElastauthCommand.OK;
  }
}

package org.elastauth.command;

import java.util.concurrent.Callable;
import org.elastauth.cache.CacheTable;
import org.elastauth.cache.DatabaseFailure;
import org.elastauth.startup.GatewayStart;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "create-cache-table",
    description = "Create the table of cache.type database, unless it exists.",
    footer = {
      "  elastauth create-cache-table --elastauth.cache.type=database",
    })
final class CreateCacheTableCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SettingsOptions settings;

  @Override
  public Integer call() {
    ConfigurableApplicationContext context = GatewayStart.prepare(settings.arguments());
    try {
      context.getBean(CacheTable.class).create();
    } catch (IllegalStateException | DataAccessException e) {
      throw new CommandException(DatabaseFailure.reason(e));
    } finally {
      SpringApplication.exit(context);
    }
    spec.commandLine().getOut().println("the table " + CacheTable.NAME + " exists");
    return ElastauthCommand.OK;
  }
}

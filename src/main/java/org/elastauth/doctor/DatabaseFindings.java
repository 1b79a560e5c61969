package org.elastauth.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import org.elastauth.cache.CacheSettings;
import org.elastauth.cache.CacheTable;
import org.elastauth.cache.DatabaseFailure;

/** Whether the database of the cache is reachable, and has its table. */
record DatabaseFindings(CacheSettings cache) implements Area.Examination {
  private static final String SETTING = "cache.url";
  private static final String NO_TABLE = "create it with the command create-cache-table";
  private static final String TIMEOUT_SECONDS = "5";

  @Override
  public void into(Findings findings) {
    List<Path> files = cache.files();
    if (!files.isEmpty()) {
      // H2 would change its file
      if (Files.exists(files.get(0))) {
        findings.ok(SETTING, "the file " + files.get(0) + " exists");
      } else {
        findings.fault(SETTING, "the file " + files.get(0) + " does not exist", NO_TABLE);
      }
      findings.note(SETTING, "only one gateway can use an H2 file", "use PostgreSQL for several");
      return;
    }
    findings.begin("connected to the database of " + SETTING);
    try (Connection connection = connect()) {
      connection.setReadOnly(true);
      findings.ok(
          SETTING,
          connection.getMetaData().getDatabaseProductName()
              + " "
              + connection.getMetaData().getDatabaseProductVersion()
              + " answers");
      table(findings, connection);
    } catch (SQLException unreachable) {
      findings.fault(
          SETTING,
          "the database is unreachable, or refuses the account: "
              + DatabaseFailure.reason(unreachable),
          "check cache.url and the network; until it answers, each gateway uses its own memory");
    }
  }

  private Connection connect() throws SQLException {
    Properties options = new Properties();
    for (String option : List.of("connectTimeout", "loginTimeout", "socketTimeout")) {
      options.setProperty(option, TIMEOUT_SECONDS);
    }
    return DriverManager.getConnection(
        cache.url(), cache.url().startsWith("jdbc:postgresql:") ? options : new Properties());
  }

  private static void table(Findings findings, Connection connection) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(CacheTable.CHECK);
      findings.ok(SETTING, "the table " + CacheTable.NAME + " can be read");
    } catch (SQLException missing) {
      findings.fault(
          SETTING,
          "the account cannot read the table "
              + CacheTable.NAME
              + ": "
              + DatabaseFailure.reason(missing),
          NO_TABLE + ", or grant SELECT, INSERT, UPDATE and DELETE");
    }
  }
}

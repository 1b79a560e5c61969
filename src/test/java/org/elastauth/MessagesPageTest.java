package org.elastauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page of the messages has each message in the sources, and no other one. */
class MessagesPageTest {
  private static final Path PAGE = Path.of("src/docs/reference/messages.md");
  private static final Path MADE = Path.of("target/messages.md");
  private static final String AT_STARTUP = "## At startup\n";
  private static final Pattern ROW = Pattern.compile("\\| `(.+?)` \\| (.*) \\|");

  /** Without one, nobody can recognise the message. */
  private static final Pattern WORD = Pattern.compile("[a-z]{2}");

  private static JavaMessages messages;
  private static String page;

  @BeforeAll
  static void read() throws IOException {
    messages = JavaMessages.read(Path.of("src/main/java"));
    page = Files.readString(PAGE);
  }

  @Test
  void eachWarningErrorAndRefusalHasARowWithAdvice() {
    Set<String> missing = new TreeSet<>();
    Stream.of(messages.logs, messages.refusals).forEach(some -> missing.addAll(some.keySet()));
    Set<String> gone = new TreeSet<>();
    Matcher row = ROW.matcher(page.substring(0, page.indexOf(AT_STARTUP)));
    while (row.find()) {
      String message = row.group(1).replace("\\|", "|");
      if (!missing.remove(message)) {
        gone.add(message);
      }
      assertThat(row.group(2)).as(message).isNotBlank();
    }
    assertThat(missing).as("add to %s what the message means and what to do", PAGE).isEmpty();
    assertThat(gone).as("delete from %s what no source says", PAGE).isEmpty();
  }

  /** Such a message contains what to do. */
  @Test
  void eachFaultAtStartupIsListed() throws IOException {
    String made =
        page.substring(0, page.indexOf(AT_STARTUP))
            + AT_STARTUP
            + """

            The gateway lists all faults, one a line, and exits with code 1. A fault begins with the setting or the
            file, its value, and the place: file and line, variable or option. Then one of these texts says what is
            wrong and how to mend it.

            ### Settings and files

            """
            + faults(false)
            + "\n### Routes\n\n"
            + faults(true);
    Files.writeString(MADE, made);
    assertThat(page).as("copy %s to %s", MADE, PAGE).isEqualTo(made);
  }

  private static String faults(boolean ofRoutes) {
    return messages.faults.entrySet().stream()
        .filter(fault -> WORD.matcher(fault.getKey()).find())
        .filter(
            fault -> fault.getValue().stream().anyMatch(MessagesPageTest::isOfRoutes) == ofRoutes)
        .map(fault -> "- `" + fault.getKey().replace("`", "'") + "`\n")
        .collect(Collectors.joining());
  }

  private static boolean isOfRoutes(String type) {
    return Files.exists(Path.of("src/main/java/org/elastauth/routes", type + ".java"));
  }

  /** Otherwise a message may be missing because the sources are not read. */
  @Test
  void messagesOfEachFormAreFound() {
    assertThat(messages.logs)
        .containsKeys(
            "Unknown setting … is ignored…", // with a placeholder
            "Redis connection failed, falling back to memory", // by a constructor
            "redis.tls.skip_verify is on: an attacker on the network path to Redis can read and"
                + " replace cached data; set redis.tls.ca_cert instead"); // by a parameter
    assertThat(messages.refusals)
        .containsKeys("no such path", "requests cannot be counted at the moment", "internal error");
    assertThat(messages.faults).containsKeys("is shorter than cache.expiration, which is …");
  }
}

package org.elastauth.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.elastauth.routes.BrokenRoutes.route;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.elastauth.config.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A file that is only checked runs nothing, reads nothing and prints nothing of this process. */
class SandboxTest {
  private static final String SECRET = "the text of a secret file";
  private static final AtomicInteger MADE = new AtomicInteger();

  @TempDir Path folder;

  /** What a hostile file would have created. */
  public static final class Trap {
    public Trap() {
      MADE.incrementAndGet();
    }

    public static String made() {
      MADE.incrementAndGet();
      return "";
    }
  }

  /** SECRET and URL in them are replaced. */
  static Stream<String> hostile() {
    String trap = "#class:" + Trap.class.getName();
    String method = trap + "#made";
    Stream<String> constants =
        Stream.of("resource:file:SECRET", " resource:file:SECRET", "resource:URL", "RAW(" + trap)
            .flatMap(
                text ->
                    Stream.of("constant", "header", "exchangeProperty", "variable", "simple")
                        .map(
                            language ->
                                "setBody: {%s: {expression: '%s', resultType: java.lang.Integer}}"
                                    .formatted(language, text)));
    Stream<String> json =
        Stream.of("timeZone", "enableFeatures", "disableFeatures", "namingStrategy", "prefix")
            .flatMap(
                field ->
                    Stream.of(trap, method, "RAW(" + trap + ")")
                        .map(value -> "marshal: {json: {%s: '%s'}}".formatted(field, value)));
    Stream<String> endpoints =
        Stream.of(
                "log:x?marker=RAW(TRAP)",
                "log:x%3Fmarker=%23class:" + Trap.class.getName(),
                "log:a&%3Fmarker=TRAP",
                "log:x?exchangeFormatter=TRAP",
                "timer:a%3Fperiod=%23class:" + Trap.class.getName(),
                "file:a?fileName=resource:URL",
                "file:a?idempotentKey=resource:URL",
                "file:a?filterFile=resource:file:SECRET")
            .map(uri -> uri.replace("TRAP", trap))
            .flatMap(uri -> Stream.of("to: \"" + uri + "\"", "wireTap: {uri: \"" + uri + "\"}"));
    Stream<String> others =
        Stream.of(
            "aggregate: {constant: a, completionSize: '" + trap + "'}",
            "loop: {constant: '" + trap + "'}",
            "log: {message: 'resource:file:SECRET', loggingLevel: '" + method + "'}",
            "setHeaders: {headers: [{name: a, constant: 'resource:file:SECRET'}]}",
            "unmarshal: {json: {unmarshalType: " + Trap.class.getName() + "}}",
            "throttle: {constant: 'resource:file:SECRET'}");
    return Stream.of(constants, json, endpoints, others).flatMap(each -> each);
  }

  private List<String> check(String text) throws IOException {
    Files.writeString(folder.resolve("mine.camel.yaml"), text);
    return RouteCheck.of(RouteSet.read(folder)).stream().map(Fault::toString).toList();
  }

  /** A check that waits for the server, which never answers, ends by the limit. */
  @ParameterizedTest
  @MethodSource("hostile")
  @Timeout(value = 20, threadMode = ThreadMode.SEPARATE_THREAD)
  void aCheckedFileRunsNothing(String step) throws IOException {
    MADE.set(0);
    Path secret = Files.writeString(folder.resolve("secret"), SECRET);
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + server.getLocalPort() + "/";
      String text = step.replace("SECRET", secret.toString()).replace("URL", url);
      List<String> faults = check(route("mine", "direct:mine", text));
      assertThat(faults).noneMatch(fault -> fault.contains(SECRET));
      assertThat(MADE).hasValue(0);
      server.setSoTimeout(1);
      assertThat(connected(server)).isFalse();
    }
  }

  /** A connection waits in the queue of the server, if one was made. */
  private static boolean connected(ServerSocket server) throws IOException {
    try {
      server.accept().close();
      return true;
    } catch (SocketTimeoutException none) {
      return false;
    }
  }

  @Test
  void aCheckLeavesNoThread() throws IOException {
    String text = route("mine", "direct:mine", "to: \"log:x?groupInterval=1000\"");
    check(text);
    long before = threads();
    for (int i = 0; i < 5; i++) {
      assertThat(check(text)).isEmpty();
    }
    assertThat(threads()).as("some of other tests may end").isLessThanOrEqualTo(before);
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().contains("Camel"))
        .count();
  }

  @Test
  void controlCharactersOfAFileAreNotPrinted() throws IOException {
    assertThat(check(route("mine", "direct:mine", "to: \"log:x?marke\\e[31mr=a\"")))
        .isNotEmpty()
        .noneMatch(fault -> fault.contains("\u001b"));
  }

  @Test
  void aLargeStepWithOneFaultEnds() throws IOException {
    StringBuilder step = new StringBuilder("setHeaders: {headers: [");
    for (int i = 0; i < 1_500; i++) {
      step.append("{name: a").append(i).append(", constant: b},");
    }
    step.append("{name: z, constant: {expression: x, resultType: java.lang.Integer}}]}");
    assertThat(check(route("mine", "direct:mine", step.toString()))).hasSize(1);
  }
}

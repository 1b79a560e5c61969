package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.elastauth.server.RedisServer;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * SPEC 2, and RFC 9112: bytes on which two peers could disagree where a request ends. Each case is
 * followed by a request of another user on the same connection, which must never be answered.
 */
class RawHttpIT {
  private static final String SMUGGLED =
      "GET /elastauth HTTP/1.1\r\nHost: g\r\nRemote-User: smuggled\r\n\r\n";
  private static final String POST =
      "POST /elastauth HTTP/1.1\r\nHost: g\r\nRemote-User: raw.user\r\n";
  private static final String GET =
      "GET /elastauth HTTP/1.1\r\nHost: g\r\nRemote-User: raw.user\r\n";
  private static final Pattern ANSWER =
      Pattern.compile(
          "HTTP/1\\.[01] (\\d{3}) [^\\r]*\\r\\n((?:[^\\r]+\\r\\n)*)\\r\\n", Pattern.DOTALL);

  private static TestGateway gateway;

  private record Answer(int status, String headers, String body) {}

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.builder()
            .set("elasticsearch.dry_run", "true")
            .set("http.request_timeout", "5s")
            .set("enable_group_whitelist", true)
            .set("group_whitelist", "known")
            .start();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  /** Every answer up to the end of the connection, which the gateway has to bring about. */
  private static List<Answer> answers(String bytes) throws IOException {
    return answers(gateway, bytes);
  }

  private static List<Answer> answers(TestGateway gateway, String bytes) throws IOException {
    String text;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      socket.setSoTimeout(60_000);
      StringBuilder read = new StringBuilder();
      try {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        for (int next; (next = socket.getInputStream().read()) >= 0; ) {
          read.append((char) next);
        }
      } catch (SocketException reset) {
        // closed with bytes of ours unread
      }
      text = read.toString();
    }
    List<Answer> answers = new ArrayList<>();
    Matcher head = ANSWER.matcher(text);
    int at = 0;
    while (head.find(at)) {
      String headers = head.group(2).toLowerCase(Locale.ROOT);
      Matcher length = Pattern.compile("content-length: (\\d+)").matcher(headers);
      assertThat(length.find()).as(text).isTrue();
      at = head.end() + Integer.parseInt(length.group(1));
      answers.add(
          new Answer(Integer.parseInt(head.group(1)), headers, text.substring(head.end(), at)));
    }
    assertThat(text.substring(at)).isEmpty();
    return answers;
  }

  private static void assertRefused(int status, Answer answer) throws IOException {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.headers()).contains("content-type: application/json");
    assertThat(answer.headers()).doesNotContain("authorization");
    JsonNode error = new ObjectMapper().readTree(answer.body());
    assertThat(error.size()).isEqualTo(3);
    assertThat(error.path("message").asText()).isNotEmpty();
    assertThat(error.path("code").asInt()).isEqualTo(status);
    assertThat(Instant.parse(error.path("timestamp").asText())).isBeforeOrEqualTo(Instant.now());
  }

  /** Refused once, with 400 in JSON; and nothing behind it is heard. */
  private static void assertEndsTheConnection(String bytes) throws IOException {
    List<Answer> answers = answers(bytes + SMUGGLED);
    assertThat(answers).hasSize(1);
    assertRefused(400, answers.get(0));
  }

  /** SPEC 2, the table; 400, 414 and 431 stand below. */
  @ParameterizedTest
  @CsvSource({
    "GET /elastauth, Remote-Name: x, 401",
    "GET /elastauth/authz/x, Remote-User:, 401",
    "GET /, Remote-User: a\\r\\nRemote-User: b, 400",
    "PUT /elastauth, Remote-User: a\\r\\nRemote-Groups: unknown, 403",
    "GET /nothing, Remote-User: a, 404",
    "GET /elastauth/nothing, Remote-User: a, 404",
    "POST /health, X: y, 405",
    "DELETE /elastauth/ready, X: y, 405"
  })
  void refusals(String request, String headers, int status) throws IOException {
    List<Answer> answers =
        answers(
            request
                + " HTTP/1.1\r\nHost: g\r\nConnection: close\r\n"
                + headers.replace("\\r\\n", "\r\n")
                + "\r\n\r\n");
    assertThat(answers).hasSize(1);
    assertRefused(status, answers.get(0));
    assertThat(answers.get(0).headers())
        .contains("cache-control: no-store")
        .contains("connection: close");
  }

  @Test
  void elasticsearchAwayIs503() throws IOException {
    try (TestGateway alone =
        TestGateway.builder()
            .set("elasticsearch.hosts", "http://127.0.0.1:" + RedisServer.freePort())
            .start()) {
      List<Answer> answers = answers(alone, GET + "Connection: close\r\n\r\n");
      assertThat(answers).hasSize(1);
      assertRefused(503, answers.get(0));
      assertThat(answers.get(0).headers()).containsPattern("retry-after: [1-9]");
      assertThat(alone.get("/metrics").body())
          .contains("elastauth_decisions_total{outcome=\"failed\",reason=\"unavailable\"} 1.0");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello",
        "Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
        "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        "Content-Length: 5, 0\r\n\r\nhello",
        "Content-Length: 0, 0\r\n\r\n",
        "Content-Length: +0\r\n\r\n",
        "Content-Length: -1\r\n\r\n",
        "Content-Length: 0x0\r\n\r\n",
        "Content-Length: 0 5\r\n\r\nhello",
        "Content-Length:\r\n\r\n",
        "Content-Length: 99999999999999999999\r\n\r\n",
        "Content-Length : 0\r\n\r\n",
      })
  void contentLengths(String rest) throws IOException {
    assertEndsTheConnection(POST + rest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: xchunked\r\n\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: identity\r\n\r\n",
        "Transfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\u0000\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding:\r\n\r\n",
      })
  void transferCodings(String rest) throws IOException {
    assertEndsTheConnection(POST + rest);
  }

  @Test
  void aTransferCodingBeforeItsTime() throws IOException {
    assertEndsTheConnection(
        "POST /elastauth HTTP/1.0\r\nConnection: keep-alive\r\nRemote-User: raw.user\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  }

  /** Its request is the last. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n",
        "tRANSFER-eNCODING: CHUNKED\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0;extension=1\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0\r\nRemote-User: smuggled\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      })
  void afterAChunkedBodyTheConnectionEnds(String rest) throws IOException {
    List<Answer> answers = answers(POST + rest + SMUGGLED);
    assertThat(answers).hasSize(1);
    assertThat(answers.get(0).status()).isEqualTo(200);
    assertThat(answers.get(0).body()).isEqualTo("{\"status\":\"OK\",\"user\":\"raw.user\"}");
    assertThat(answers.get(0).headers()).contains("connection: close");
  }

  /** Such a body ends the connection. A decision that does not wait is answered before. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1\r\n\r\n",
        "0x0\r\n\r\n",
        "+0\r\n\r\n",
        "g\r\n\r\n",
        "\r\n\r\n",
        "FFFFFFFFFFFFFFFFF\r\n\r\n",
        "0\n\r\n",
        "0;a=b\n\r\n",
        "0\r\r\n",
        "1\r\nabc\r\n0\r\n\r\n",
      })
  void malformedChunks(String chunks) throws IOException {
    List<Answer> answers = answers(POST + "Transfer-Encoding: chunked\r\n\r\n" + chunks + SMUGGLED);
    assertThat(answers).hasSizeLessThan(2);
    for (Answer answer : answers) {
      assertThat(answer.body()).isEqualTo("{\"status\":\"OK\",\"user\":\"raw.user\"}");
      assertThat(answer.headers()).contains("connection: close");
    }
  }

  /** What follows is the chunk's, however little of it comes. */
  @ParameterizedTest
  @ValueSource(strings = {"100000000\r\n\r\n", "7fffffff\r\n\r\n", "ffff\r\n"})
  void chunksLargerThanWhatComes(String chunks) throws IOException {
    assertThat(answers(POST + "Transfer-Encoding: chunked\r\n\r\n" + chunks + SMUGGLED))
        .extracting(Answer::status, Answer::body)
        .containsExactly(tuple(200, "{\"status\":\"OK\",\"user\":\"raw.user\"}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X: a\nRemote-Groups: b\r\n\r\n",
        "\n",
        "X: a\rRemote-Groups: b\r\n\r\n",
        "X: a\r\r\n\r\n",
        "Remote-Groups : b\r\n\r\n",
        "Remote-Groups\t: b\r\n\r\n",
        "Remote-Groups\r\n\r\n",
        "Remote Groups: b\r\n\r\n",
        "Remote-Groups\u0000: b\r\n\r\n",
        "Remote-Groups: a\u0000b\r\n\r\n",
        "X: \u0001\r\n\r\n",
        "X: \u007f\r\n\r\n",
      })
  void lineEndsAndHeaderNamesAndValues(String rest) throws IOException {
    assertEndsTheConnection(GET + rest);
  }

  /** RFC 9112, 5.2: a folded line is one value, and none of its own header. */
  @Test
  void aFoldedHeaderIsOneValue() throws IOException {
    List<Answer> answers =
        answers(
            GET.replace("raw.user", "raw.user\r\n Remote-Groups: a")
                + "Connection: close\r\n\r\n"
                + SMUGGLED);
    assertThat(answers).hasSize(1);
    assertRefused(400, answers.get(0));
    assertThat(answers.get(0).body()).contains("malformed username");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /elastauth\r\n",
        "GET /elastauth\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /elastauth HTTP/2.0\r\nHost: g\r\n\r\n",
        "GET /elastauth HTTP/1.2\r\nHost: g\r\n\r\n",
        "GET /elastauth HTTP/1.01\r\nHost: g\r\n\r\n",
        "GET /elastauth HTTP/0.9\r\nHost: g\r\n\r\n",
        "GET /elastauth HTTP/11\r\nHost: g\r\n\r\n",
        "GET /elastauth ICY/1.1\r\nHost: g\r\n\r\n",
        "GET /elastauth x HTTP/1.1\r\nHost: g\r\n\r\n",
        "GET /elastauth HTTP/1.1\nHost: g\n\n",
        "GET /elastauth HTTP/1.1\rHost: g\r\n\r\n",
        "GET /elastauth HTTP/1.1\r\n Host: g\r\n\r\n",
        "GET  HTTP/1.1\r\nHost: g\r\n\r\n",
        "G{T /elastauth HTTP/1.1\r\nHost: g\r\n\r\n",
        "GET elastauth HTTP/1.1\r\nHost: g\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: g\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: g\r\n\r\n",
        "GET g:80 HTTP/1.1\r\nHost: g\r\n\r\n",
        "CONNECT g:443 HTTP/1.1\r\nHost: g:443\r\n\r\n",
        "CONNECT /elastauth HTTP/1.1\r\nHost: g\r\nRemote-User: raw.user\r\n\r\n",
        "GET http://g/elastauth/authz/../../health HTTP/1.1\r\nHost: g\r\n\r\n",
        "\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\u0000\u00a1\u0003\u0003\r\n",
      })
  void requestLines(String request) throws IOException {
    assertEndsTheConnection(request);
  }

  /** RFC 9112, 3.2: exactly one, and valid; parsers disagree on names that DNS does not know. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "x%41",
        "evil%3F",
        "x%",
        "%zz",
        "g%00",
        "[%41]",
        "[fe80::1%25eth0]",
        "[",
        "[]",
        "[::1",
        "[::1]x",
        "g:99999",
        "g:-1",
        "g:a",
        "g:80:80",
        ":80",
        "g/x",
        "http://g",
        "u@g",
        "a b",
        "g,h",
        "?",
        "#",
        "*",
        "\u00e9",
        "g\r\nHost: g",
        "g\r\nHost: h",
        "g\r\nhOST:",
      })
  void hosts(String host) throws IOException {
    assertEndsTheConnection(GET.replace("Host: g", "Host: " + host) + "\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "g",
        "g.",
        "my_host:8080",
        "G.Example:",
        "192.0.2.1:80",
        "1.2.3",
        "[::1]:",
        "[::1]:80"
      })
  void validHosts(String host) throws IOException {
    assertThat(answers(GET.replace("Host: g", "Host: " + host) + "Connection: close\r\n\r\n"))
        .extracting(Answer::status)
        .containsExactly(200);
  }

  @Test
  void onlyHttp10NeedsNoHost() throws IOException {
    String without = GET.replace("Host: g\r\n", "") + "\r\n";
    assertEndsTheConnection(without);
    assertThat(answers(without.replace("HTTP/1.1", "HTTP/1.0")))
        .extracting(Answer::status)
        .containsExactly(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://g%41/elastauth",
        "http://u:p@g/elastauth",
        "http:///elastauth",
        "http://[/elastauth",
        "http://g:99999/elastauth",
        "ftp://g/elastauth",
        "x://g/elastauth",
        "http:/elastauth",
        "/elastauth#f",
        "/elastauth?#",
        "http://g/elastauth#f",
        "http://g/elastauth/../health",
        "\\elastauth",
      })
  void targets(String target) throws IOException {
    assertEndsTheConnection(GET.replace("/elastauth", target) + "\r\n");
  }

  /** A slash in the query does not begin the path. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://g",
        "http://g?x=/nothing",
        "HTTPS://g:443/elastauth",
        "http://[::1]/elastauth/authz/http://h?x",
        "/elastauth?u=http://x%41/",
      })
  void targetsOfTheDecision(String target) throws IOException {
    assertThat(answers(GET.replace("/elastauth", target) + "Connection: close\r\n\r\n"))
        .extracting(Answer::status)
        .containsExactly(200);
  }

  /** RFC 9112, 9.6: an option of a list, in any case, in any header of this name. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "close, x",
        "x, close",
        "x,CLOSE ,y",
        "keep-alive, Close",
        "close, keep-alive",
        ",close,",
        "\tclose",
        "x\r\nConnection: close",
        "close\r\nConnection: keep-alive",
        "x\r\nconnection: y, close",
      })
  void closeIsHonoured(String options) throws IOException {
    List<Answer> answers = answers(GET + "Connection: " + options + "\r\n\r\n" + SMUGGLED);
    assertThat(answers).extracting(Answer::status).containsExactly(200);
    assertThat(answers.get(0).headers()).contains("connection: close");
  }

  @ParameterizedTest
  @ValueSource(strings = {"closed", "x-close", "close x", "\"close\"", "clos, e"})
  void whatIsNotCloseKeepsTheConnection(String options) throws IOException {
    assertThat(
            answers(
                GET
                    + "Connection: "
                    + options
                    + "\r\n\r\n"
                    + GET.replace("raw", "next")
                    + "Connection: close\r\n\r\n"))
        .extracting(Answer::status)
        .containsExactly(200, 200);
  }

  /** CVE-2026-50020: RFC 9112, 2.2 allows an empty line before a request, and nothing else. */
  @ParameterizedTest
  @ValueSource(
      strings = {"\0", "\u0001", "\t", "\u000b", "\f", "\u001f", "\u007f", "\u0085", "\r\n\0"})
  void controlBytesBeforeARequest(String bytes) throws IOException {
    assertEndsTheConnection(bytes + GET + "\r\n");
    List<Answer> answers = answers(GET + "\r\n" + bytes + SMUGGLED);
    assertThat(answers).extracting(Answer::status).containsExactly(200, 400);
    assertRefused(400, answers.get(1));
  }

  @Test
  void anEmptyLineBeforeARequest() throws IOException {
    assertThat(answers("\r\n" + GET + "\r\n\r\n" + GET + "Connection: close\r\n\r\n"))
        .extracting(Answer::status)
        .containsExactly(200, 200);
  }

  /** RFC 9110, 10.1.1: a body is not read, so that its client need not send it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
        "Expect: 100-Continue\r\nContent-Length: 5\r\n\r\nhello",
        "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n",
        "Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
        "Expect: 100-continue\r\nConnection: close\r\n\r\n",
        "Expect: 100-continue\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "Expect:\r\nConnection: close\r\n\r\n",
      })
  void expectations(String rest) throws IOException {
    List<Answer> answers = answers(POST + rest);
    assertThat(answers).extracting(Answer::status).containsExactly(200);
    assertThat(answers.get(0).headers()).contains("connection: close");
  }

  @Test
  void anExpectationOfARequestWithoutABodyIsIgnored() throws IOException {
    assertThat(
            answers(
                GET
                    + "Expect: 100-continue\r\n\r\n"
                    + GET
                    + "Expect: 100-continue\r\nConnection: close\r\n\r\n"))
        .extracting(Answer::status)
        .containsExactly(200, 200);
    assertThat(
            answers(GET.replace("HTTP/1.1", "HTTP/1.0") + "Expect: x\r\nContent-Length: 0\r\n\r\n"))
        .extracting(Answer::status)
        .containsExactly(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Expect: x\r\n\r\n",
        "Expect: 100-continue, x\r\n\r\n",
        "Expect: 100-continue\r\nExpect: x\r\n\r\n",
        "Expect: 100-continue;q=1\r\nContent-Length: 5\r\n\r\nhello",
        "Expect: 200-ok\r\nTransfer-Encoding: chunked\r\n\r\n",
      })
  void unknownExpectations(String rest) throws IOException {
    List<Answer> answers = answers(POST + rest + SMUGGLED);
    assertThat(answers).hasSize(1);
    assertRefused(417, answers.get(0));
  }

  /** A request that is invalid is the last one, also behind others. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization: Bearer a\u0001b\r\n\r\n",
        "Cookie: a\0b\r\n\r\n",
        ": x\r\n\r\n",
        ":\r\n\r\n",
        "X\u0001: x\r\n\r\n",
        "Host: g\r\n\r\n",
      })
  void anInvalidRequestInAPipeline(String rest) throws IOException {
    List<Answer> answers = answers(GET + "\r\n" + GET + rest + GET + rest + SMUGGLED);
    assertThat(answers).extracting(Answer::status).containsExactly(200, 400);
    assertRefused(400, answers.get(1));
  }

  /** Headers that decide nothing here. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Accept: ;;q=x",
        "Accept: text/html;q=abc",
        "Accept: */",
        "Accept-Language: -;q",
        "Accept-Charset: ;",
        "Accept-Encoding: ;q=2",
        "Content-Type: */*",
        "Content-Type: ;",
        "Content-Type:",
        "Cookie: =;;=",
        "Forwarded: ;=",
        "X-Forwarded-Proto: %",
        "Origin: %",
        "Range: bytes=x",
        "If-Modified-Since: x",
        "TE: x",
        "Trailer: Host",
        "Max-Forwards: x",
        "Content-Encoding: x",
        "X: \u00ff",
        "Upgrade: ,",
        "Keep-Alive: x",
      })
  void oddHeaders(String header) throws IOException {
    assertThat(answers(GET + header + "\r\nConnection: close\r\n\r\n"))
        .extracting(Answer::status)
        .containsExactly(200);
  }

  /** A server has to take it (RFC 9112, 3.2.2); which host it names changes nothing. */
  @Test
  void absoluteFormIsThePathItNames() throws IOException {
    List<Answer> answers =
        answers(
            GET.replace("/elastauth", "http://elsewhere/elastauth") + "Connection: close\r\n\r\n");
    assertThat(answers).hasSize(1);
    assertThat(answers.get(0).body()).contains("\"user\":\"raw.user\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        "Connection: Upgrade\r\nUpgrade: TLS/1.2\r\n",
      })
  void nothingIsUpgraded(String headers) throws IOException {
    List<Answer> answers =
        answers(GET + headers + "\r\n" + GET.replace("raw", "next") + "Connection: close\r\n\r\n");
    assertThat(answers).extracting(Answer::status).containsExactly(200, 200);
    assertThat(answers.get(1).body()).as("still HTTP/1.1").contains("\"user\":\"next.user\"");
  }

  @Test
  void aBodyIsNoRequest() throws IOException {
    String next = GET.replace("raw", "next") + "Connection: close\r\n\r\n";
    List<Answer> answers =
        answers(POST + "Content-Length: " + SMUGGLED.length() + "\r\n\r\n" + SMUGGLED + next);
    assertThat(answers)
        .extracting(Answer::body)
        .containsExactly(
            "{\"status\":\"OK\",\"user\":\"raw.user\"}",
            "{\"status\":\"OK\",\"user\":\"next.user\"}");
  }

  @Test
  void requestLinesOf16KBAndNoMore() throws IOException {
    String head = "GET /elastauth?x=";
    String tail = " HTTP/1.1\r\nHost: g\r\nRemote-User: raw.user\r\nConnection: close\r\n\r\n";
    int room = 16_384 - head.length() - " HTTP/1.1".length();
    assertThat(answers(head + "y".repeat(room) + tail))
        .singleElement()
        .extracting(Answer::status)
        .isEqualTo(200);
    List<Answer> refused = answers(head + "y".repeat(room + 2) + tail + SMUGGLED);
    assertThat(refused).hasSize(1);
    assertRefused(414, refused.get(0));
  }

  @Test
  void headersOf32KBAndNoMore() throws IOException {
    String line = "X-Filler: " + "y".repeat(500) + "\r\n";
    int fit = 64;
    assertThat(answers(GET + line.repeat(fit) + "Connection: close\r\n\r\n"))
        .singleElement()
        .extracting(Answer::status)
        .isEqualTo(200);
    for (String tooMuch :
        new String[] {
          line.repeat(fit + 1), "X: " + "y".repeat(32_768) + "\r\n", "X: y\r\n".repeat(9_000)
        }) {
      List<Answer> refused = answers(GET + tooMuch + "\r\n" + SMUGGLED);
      assertThat(refused).hasSize(1);
      assertRefused(431, refused.get(0));
    }
  }
}

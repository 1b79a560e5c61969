package org.elastauth.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole command, while no server runs. */
@Timeout(60)
class DoctorCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int doctor(String... arguments) {
    List<String> all = new ArrayList<>(List.of("doctor"));
    all.addAll(List.of(arguments));
    return ElastauthCommand.execute(
        new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
  }

  @Test
  void everythingThatIsDownIsAFaultOfItsOwn() throws Exception {
    int code =
        doctor(
            "--json",
            "--elastauth.listen=127.0.0.1:0",
            "--elastauth.redis.host=127.0.0.1:1",
            "--elastauth.redis.password=hunter2",
            "--elastauth.secret_key=" + "0123456789abcdef".repeat(4),
            "--elastauth.elasticsearch.hosts=https://127.0.0.1:1",
            "--elastauth.elasticsearch.username=gateway",
            "--elastauth.elasticsearch.password=hunter2",
            "--elastauth.auth_provider=oidc",
            "--elastauth.oidc.issuer=https://127.0.0.1:1",
            "--elastauth.oidc.client_id=elastauth",
            "--elastauth.default_roles=viewer");
    assertThat(code).isEqualTo(ElastauthCommand.FAILED);
    JsonNode report = new ObjectMapper().readTree(out.toString());
    List<String> faults = new ArrayList<>();
    for (JsonNode finding : report.path("findings")) {
      if (finding.path("level").asText().equals("fault")) {
        faults.add(finding.path("area").asText());
        assertThat(finding.path("mend").asText()).isNotEmpty();
      }
    }
    assertThat(faults).containsExactly("Redis", "Elasticsearch", "OpenID Connect");
    assertThat(out + err.toString()).doesNotContain("hunter2", "0123456789abcdef");
  }

  @Test
  void settingsWithFaultsAreNamedAndTheirServersAreNotAsked() {
    int code =
        doctor(
            "--elastauth.listen=127.0.0.1:0",
            "--elastauth.redis.db=none",
            "--elastauth.user_store=dry-run",
            "--elastauth.secret_key=short");
    assertThat(code).isEqualTo(ElastauthCommand.FAILED);
    assertThat(out.toString())
        .contains("fault    redis.db=none: ", "fault    secret_key=***: ")
        .contains("note     Redis: not checked, because these settings have faults: redis.db\n")
        .contains("\n2 faults, ");
  }

  @Test
  void withoutFaultsTheExitCodeIsZero() {
    int code =
        doctor(
            "--elastauth.listen=127.0.0.1:0",
            "--elastauth.user_store=dry-run",
            "--elastauth.default_roles=viewer");
    assertThat(out.toString()).contains("\n0 faults, ");
    assertThat(code).isEqualTo(ElastauthCommand.OK);
  }

  @Test
  void aServerThatHangsIsAFaultAfterTheTimeLimit() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      int code =
          doctor(
              "--timeout=1",
              "--elastauth.listen=127.0.0.1:0",
              "--elastauth.redis.host=127.0.0.1:" + silent.getLocalPort(),
              "--elastauth.redis.connect_timeout=60s",
              "--elastauth.redis.read_timeout=60s",
              "--elastauth.secret_key=" + "0123456789abcdef".repeat(4),
              "--elastauth.user_store=dry-run",
              "--elastauth.default_roles=viewer");
      assertThat(code).isEqualTo(ElastauthCommand.FAILED);
      assertThat(out.toString()).contains("time limit: no result within 1 s, while it ");
    }
    assertThat(doctor("--timeout=0")).isEqualTo(ElastauthCommand.FAILED);
    assertThat(err.toString()).contains("--timeout takes 1 to 600 seconds");
  }

  @Test
  void aTokenIsNoArgument() {
    assertThat(doctor("--token", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln")).isEqualTo(1);
    assertThat(err.toString()).contains("--token takes only -").doesNotContain("eyJ");
  }

  @Test
  void aTokenIsReadFromStandardInput() {
    InputStream before = System.in;
    try {
      System.setIn(new ByteArrayInputStream("a.secret.token\n".getBytes(StandardCharsets.UTF_8)));
      doctor("--token", "-", "--elastauth.listen=127.0.0.1:0", "--elastauth.user_store=dry-run");
      assertThat(out.toString())
          .contains("OpenID Connect\n", "no provider is configured, so the token cannot be checked")
          .doesNotContain("a.secret.token");
      System.setIn(InputStream.nullInputStream());
      assertThat(doctor("--token", "-")).isEqualTo(ElastauthCommand.FAILED);
      assertThat(err.toString()).contains("standard input has no token");
    } finally {
      System.setIn(before);
    }
  }
}

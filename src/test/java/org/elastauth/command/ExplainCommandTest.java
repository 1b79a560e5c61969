package org.elastauth.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Explanations for which no server is asked. */
class ExplainCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "explain",
                "--elastauth.elasticsearch.hosts=http://127.0.0.1:1",
                "--elastauth.group_mappings.Admins=superuser",
                "--elastauth.enable_group_whitelist=true",
                "--elastauth.group_whitelist=admins,staff"));
    all.addAll(List.of(arguments));
    return ElastauthCommand.execute(
        new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
  }

  private String text() {
    return out.toString().replaceAll(" +", " ");
  }

  @Test
  void withoutElasticsearchTheRestIsExplained() {
    assertThat(run("--user", "john.doe", "--groups", "ADMINS,staff")).isEqualTo(1);
    assertThat(text())
        .contains(
            "provider authelia: the headers Remote-User and Remote-Groups",
            "ADMINS → [superuser] (--elastauth.group_mappings.Admins)",
            "roles superuser",
            "account unknown: Elasticsearch gives no answer: Connection refused: http://127.0.0.1:1",
            "decision 503: Elasticsearch gives no usable answer; only users with a cached password");
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "elastic | admins | 403: this account is reserved | log in with another name",
        "a:b | admins | 400: malformed username | ",
        "john.doe | others | 403: a group of this user is not on the whitelist | add the group to group_whitelist",
        "john.doe | staff | 403: no group of this user gives a role | map one of the groups in group_mappings",
        "john.doe | '' | 403: no group of this user gives a role | map one of the groups in group_mappings",
      })
  void aRefusalSaysWhyAndHowToMendIt(String user, String groups, String decision, String mend) {
    assertThat(run("--user=" + user, "--groups=" + groups, "--elastauth.user_store=dry-run"))
        .isEqualTo(1);
    assertThat(text()).contains("decision " + decision);
    if (mend != null) {
      assertThat(text()).contains("mend " + mend);
    }
  }

  @Test
  void aLoginWithoutGroupsIsRefusedForTheUnknownGroups() {
    assertThat(run("--user=john.doe", "--elastauth.user_store=dry-run")).isEqualTo(1);
    assertThat(text()).contains("the groups of this login are unknown (the header Remote-Groups)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--groups=a | 2 | explain requires either --user NAME or --token -;",
        "--user=a --token=- | 2 | explain requires either --user NAME or --token -;",
        "--token=hunter2 | 2 | --token requires -, because other users can read arguments",
        "--token=- --groups=a | 2 | --token does not go with --groups",
        "--user=a --elastauth.listen=hunter2 | 1 | explain: the configuration has faults;",
      })
  void aFaultIsOneLineWithoutSecrets(String arguments, int code, String message) {
    assertThat(run(arguments.split(" "))).isEqualTo(code);
    assertThat(err.toString().lines()).singleElement().asString().startsWith(message);
    assertThat(err.toString()).doesNotContain("hunter2");
  }
}

package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.elastauth.config.YamlTree.InvalidYaml;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that somebody else wrote, or damaged. */
@Timeout(20)
class YamlTreeTest {
  private static YamlTree read(String text) throws InvalidYaml {
    return YamlTree.read(text, new ArrayList<>()).get(0);
  }

  @Test
  void valuesStayAsWrittenAndKnowTheirLine() throws Exception {
    YamlTree tree =
        read(
            """
            password: 0123
            date: 2026-01-15
            none: ~
            empty:
            on: yes
            list:
              - a
              - {b: 1_0}
            """);
    assertThat(tree.at("password").text()).isEqualTo("0123");
    assertThat(tree.at("date").text()).isEqualTo("2026-01-15");
    assertThat(tree.at("none").text()).isEmpty();
    assertThat(tree.at("empty").text()).isEmpty();
    assertThat(tree.at("on").text()).isEqualTo("yes");
    assertThat(tree.at("list").line()).isEqualTo(6);
    assertThat(tree.at("list").items().get(1).at("b").text()).isEqualTo("1_0");
    assertThat(tree.at("list").items().get(1).line()).isEqualTo(8);
    assertThat(tree.at("list", "b")).isNull();
  }

  @Test
  void aliasesAndMergesAreResolvedAndRepeatedKeysAreNamed() throws Exception {
    List<String> repeated = new ArrayList<>();
    YamlTree tree =
        YamlTree.read(
                """
                base: &base {a: 1, b: 2}
                one:
                  <<: *base
                  b: 3
                  b: 4
                two:
                  <<: [{a: 5}, *base]
                three: *base
                """,
                repeated)
            .get(0);
    assertThat(tree.at("one", "a").text()).isEqualTo("1");
    assertThat(tree.at("one", "b").text()).isEqualTo("4");
    assertThat(tree.at("two", "a").text()).isEqualTo("5");
    assertThat(tree.at("two", "b").text()).isEqualTo("2");
    assertThat(tree.at("three", "b").text()).isEqualTo("2");
    assertThat(repeated).containsExactly("one.b (line 5)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a: &x {b: {c: *x}}               | 1 | contains itself through an alias (*)",
        "a: &x [1, *x]                    | 1 | contains itself through an alias (*)",
        "a: 1\\n\\tb: hunter2              | 2 | is not YAML; a tab must not indent it",
        "a: [hunter2                      | 1 | is not YAML; check the indentation",
        "a: 1\\n  b: hunter2               | 2 | is not YAML; check the indentation",
        "a: *hunter2                      | 1 | is not YAML; check the indentation",
        "? [a, b]\\n: hunter2              | 1 | has a key that is no text",
        "a: \\u0001hunter2                 | 0 | is not YAML: it contains a control character",
      })
  void aFaultNamesTheLineAndNotTheText(String text, int line, String fault) {
    assertThatThrownBy(
            () -> read(text.replace("\\n", "\n").replace("\\t", "\t").replace("\\u0001", "\u0001")))
        .isInstanceOfSatisfying(
            InvalidYaml.class, invalid -> assertThat(invalid.line()).isEqualTo(line))
        .hasMessageStartingWith(fault)
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void aliasesDoNotMultiplyAndLevelsEnd() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [1, 1]\n");
    for (int i = 1; i < 40; i++) {
      bomb.append("a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1));
    }
    assertThatThrownBy(() -> read(bomb.toString()))
        .isInstanceOf(InvalidYaml.class)
        .hasMessageContaining("is one of more than 20000 values");
    assertThatThrownBy(() -> read("[".repeat(100_000)))
        .isInstanceOf(InvalidYaml.class)
        .hasMessageContaining("is not YAML");
    assertThatThrownBy(() -> read("a: &a {}\nb: [" + "*a,".repeat(600) + "]"))
        .isInstanceOf(InvalidYaml.class)
        .hasMessageContaining("too many aliases");
  }
}

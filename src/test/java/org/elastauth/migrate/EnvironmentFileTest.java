package org.elastauth.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.elastauth.config.YamlTree;
import org.elastauth.config.YamlTree.InvalidYaml;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EnvironmentFileTest {
  private static List<String> values(String text) {
    return EnvironmentFile.read(".env", text, new ArrayList<>()).stream()
        .map(entry -> entry.value().text())
        .toList();
  }

  @Test
  void aCommentBeginsAfterABlank() {
    assertThat(values("A=a#b\nB=a #b\nC=#b\nD=a\t # b # c\nE='a #b' # c\nF=a##  #"))
        .containsExactly("a#b", "a", "", "a", "a #b", "a##");
  }

  @Test
  @Timeout(5)
  void aLongRowOfBlanksEnds() {
    String value = "a" + " ".repeat(1_000_000) + "b";
    assertThat(values("A=" + value)).containsExactly(value);
  }

  @Test
  @Timeout(5)
  void manyOpenVariablesOfDockerComposeEnd() {
    String text = "services: {a: {environment: {CACHE_TYPE: '%s'}}}";
    Manifest manifest = Manifest.of("a.yml", List.of(tree(text.formatted("${a-".repeat(200_000)))));
    assertThat(manifest.parts()).containsKey("service a");
  }

  private static YamlTree tree(String text) {
    try {
      return YamlTree.read(text, new ArrayList<>()).get(0);
    } catch (InvalidYaml impossible) {
      throw new AssertionError(impossible);
    }
  }
}

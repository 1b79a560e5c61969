package org.elastauth.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DecisionIdsTest {
  private static List<String> of(DecisionIds ids) {
    return IntStream.range(0, 1_100).mapToObj(i -> ids.generateUuid()).toList();
  }

  @Test
  void idsAreUniqueShortAndSortByAge() {
    List<String> ids = of(new DecisionIds());
    assertThat(ids).doesNotHaveDuplicates().isSorted().allMatch(id -> id.matches("[0-9a-z]{21}"));
  }

  @Test
  void anotherProcessHasOthers() {
    assertThat(of(new DecisionIds())).doesNotContainAnyElementsOf(of(new DecisionIds()));
  }
}

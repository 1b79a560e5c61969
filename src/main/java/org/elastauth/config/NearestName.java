package org.elastauth.config;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * Suggests the known name that an unknown one probably misspells. Each word must be alike, the
 * feature first: {@code headers.username} does not mean {@code redis.username}.
 */
public final class NearestName {
  private static final int FAR = -1;
  private static final Pattern BETWEEN_WORDS = Pattern.compile("[._-]+|(?<=[a-z])(?=[A-Z])");

  private NearestName() {}

  /**
   * The end of a message about an unknown name.
   *
   * @param otherwise if no known name is near
   */
  public static String hint(String name, Collection<String> known, String otherwise) {
    return of(name, known).map(near -> "; did you mean " + near + "?").orElse(otherwise);
  }

  /** The known name with the fewest edits. */
  public static Optional<String> of(String name, Collection<String> known) {
    List<String> wanted = words(name);
    record Candidate(String name, int edits) {}
    return known.stream()
        .map(candidate -> new Candidate(candidate, edits(wanted, words(candidate))))
        .filter(candidate -> candidate.edits != FAR)
        .min(Comparator.comparingInt(Candidate::edits).thenComparing(Candidate::name))
        .map(Candidate::name);
  }

  /** Without the common prefix, also misspelled, and the index of a list. */
  private static List<String> words(String name) {
    List<String> words =
        Stream.of(BETWEEN_WORDS.split(name.replaceFirst("\\[.*", "")))
            .map(word -> word.toLowerCase(Locale.ROOT))
            .toList();
    return misspelling(words.get(0), "elastauth") == FAR ? words : words.subList(1, words.size());
  }

  /** Word by word; the words after the first one may be separated differently. */
  private static int edits(List<String> wanted, List<String> known) {
    if (wanted.size() != known.size()) {
      boolean haveFeatures = wanted.size() > 1 && known.size() > 1;
      int feature = haveFeatures ? edits(wanted.get(0), known.get(0)) : 0;
      String rest = String.join("", wanted.subList(haveFeatures ? 1 : 0, wanted.size()));
      int other =
          new LevenshteinDistance(rest.length() / 6)
              .apply(rest, String.join("", known.subList(haveFeatures ? 1 : 0, known.size())));
      return feature == FAR || other == FAR ? FAR : feature + other;
    }
    int all = 0;
    for (int i = 0; i < wanted.size(); i++) {
      int edits = edits(wanted.get(i), known.get(i));
      if (edits == FAR) {
        return FAR;
      }
      all += edits;
    }
    return all;
  }

  /** Another ending is one edit. */
  private static int edits(String wanted, String known) {
    return differInTheEnding(wanted, known) ? 1 : misspelling(wanted, known);
  }

  /** At most a third of the letters; two letters in the wrong order are one edit. */
  private static int misspelling(String wanted, String known) {
    if (!wanted.equals(known) && sorted(wanted).equals(sorted(known))) {
      return 1;
    }
    int limit = wanted.length() < 3 ? 0 : wanted.length() < 6 ? 1 : wanted.length() / 3;
    return new LevenshteinDistance(limit).apply(wanted, known);
  }

  /** As expiry and expiration, or proxy and proxies. */
  private static boolean differInTheEnding(String wanted, String known) {
    int stem = Arrays.mismatch(wanted.toCharArray(), known.toCharArray());
    return stem >= 4 && stem < wanted.length() && stem >= wanted.length() - 2;
  }

  private static String sorted(String word) {
    return word.chars().sorted().mapToObj(Character::toString).reduce("", String::concat);
  }
}

package org.elastauth.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Suggests the known name that an unknown one probably misspells. */
public final class NearestName {
  private NearestName() {}

  /** The known name with the fewest edits, at most a third of the characters. */
  public static Optional<String> of(String name, Collection<String> known) {
    String wanted = plain(name);
    LevenshteinDistance edits = new LevenshteinDistance(wanted.length() / 3);
    record Candidate(String name, int edits) {}
    return known.stream()
        .map(candidate -> new Candidate(candidate, edits.apply(wanted, plain(candidate))))
        .filter(candidate -> candidate.edits >= 0)
        .min(Comparator.comparingInt(Candidate::edits).thenComparing(Candidate::name))
        .map(Candidate::name);
  }

  /** Without the common prefix, which would make all names similar. */
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceFirst("^elastauth[._]", "").replaceAll("[-_.]", "");
  }
}

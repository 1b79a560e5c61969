package org.elastauth.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** What somebody who wrote an unknown name probably meant. */
public final class NearestName {
  private NearestName() {}

  /**
   * The known name that takes the fewest edits, if those are at most a third of what was written.
   */
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

  /** Everybody's settings begin alike, which would make them all near to each other. */
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceFirst("^elastauth[._]", "").replaceAll("[-_.]", "");
  }
}

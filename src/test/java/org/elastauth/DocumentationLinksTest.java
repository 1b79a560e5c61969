package org.elastauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The links between the README and the pages of src/docs and .github, as a forge resolves them. */
class DocumentationLinksTest {
  private static final Path README = Path.of("README.md");
  private static final Path DOCS = Path.of("src", "docs");
  private static final Path FORGE = Path.of(".github");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern OTHER_SITE = Pattern.compile("[a-z]+:.*");
  private static final Pattern CODE_SPAN = Pattern.compile("`[^`]*`");
  private static final Pattern HEADING = Pattern.compile("#{1,6} +(.+)");
  private static final int LONGEST_README = 150;

  @Test
  void everyLinkLeadsToAFileAndAHeading() throws IOException {
    Set<String> broken = new TreeSet<>();
    for (Path page : pages()) {
      for (String link : links(page)) {
        Path target = target(page, link);
        if (!Files.exists(target)) {
          broken.add(page + ": " + link + " leads to no file");
        } else if (link.contains("#") && !anchors(target).contains(anchor(link))) {
          broken.add(page + ": " + link + " leads to no heading");
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void everyPageCanBeReachedFromTheReadme() throws IOException {
    Set<Path> reached = new HashSet<>();
    Deque<Path> next = new ArrayDeque<>(List.of(README));
    while (!next.isEmpty()) {
      Path page = next.pop();
      if (reached.add(page) && isMarkdown(page) && Files.exists(page)) {
        for (String link : links(page)) {
          next.push(target(page, link));
        }
      }
    }
    List<Path> alone = new ArrayList<>(pages());
    alone.removeAll(reached);
    assertThat(alone).as("pages without a link to them").isEmpty();
  }

  @Test
  void theReadmeIsShort() throws IOException {
    assertThat(Files.readAllLines(README)).hasSizeLessThanOrEqualTo(LONGEST_README);
  }

  @Test
  void anAnchorIsMadeAsForgesMakeIt() {
    Map<String, Integer> seen = new HashMap<>();
    assertThat(slug("What a proxy must do", seen)).isEqualTo("what-a-proxy-must-do");
    assertThat(slug("1. Create the gateway's account", seen))
        .isEqualTo("1-create-the-gateways-account");
    assertThat(slug("`redis.url`, [and](x.md) more", seen)).isEqualTo("redisurl-and-more");
    assertThat(slug("What a proxy must do", seen)).isEqualTo("what-a-proxy-must-do-1");
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(README));
    for (Path folder : List.of(DOCS, FORGE)) {
      try (Stream<Path> files = Files.walk(folder)) {
        files.filter(DocumentationLinksTest::isMarkdown).forEach(pages::add);
      }
    }
    return pages;
  }

  private static boolean isMarkdown(Path file) {
    return file.toString().endsWith(".md");
  }

  private static List<String> links(Path page) throws IOException {
    List<String> links = new ArrayList<>();
    for (String line : prose(page)) {
      Matcher link = LINK.matcher(CODE_SPAN.matcher(line).replaceAll(""));
      while (link.find()) {
        if (!OTHER_SITE.matcher(link.group(1)).matches()) {
          links.add(link.group(1));
        }
      }
    }
    return links;
  }

  /** The lines outside of code blocks; a paragraph's lines are joined, as links may span two. */
  private static List<String> prose(Path page) throws IOException {
    List<String> prose = new ArrayList<>();
    StringBuilder paragraph = new StringBuilder();
    boolean code = false;
    for (String line : Files.readAllLines(page)) {
      if (line.strip().startsWith("```")) {
        code = !code;
      } else if (!code && HEADING.matcher(line).matches()) {
        prose.add(paragraph.toString());
        paragraph.setLength(0);
        prose.add(line);
      } else if (!code) {
        paragraph.append(line).append(line.isBlank() ? "\n" : " ");
      }
    }
    prose.add(paragraph.toString());
    return prose;
  }

  private static Path target(Path page, String link) {
    String file = link.replaceFirst("#.*", "");
    Path folder = page.getParent() == null ? Path.of("") : page.getParent();
    return file.isEmpty() ? page : folder.resolve(file).normalize();
  }

  private static String anchor(String link) {
    return link.substring(link.indexOf('#') + 1);
  }

  private static Set<String> anchors(Path page) throws IOException {
    Set<String> anchors = new HashSet<>();
    Map<String, Integer> seen = new HashMap<>();
    for (String line : prose(page)) {
      Matcher heading = HEADING.matcher(line);
      if (heading.matches()) {
        anchors.add(slug(heading.group(1), seen));
      }
    }
    return anchors;
  }

  /** A heading that occurs again gets a number. */
  private static String slug(String heading, Map<String, Integer> seen) {
    String slug =
        heading
            .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^\\p{L}\\p{N} _-]", "")
            .replace(' ', '-');
    int before = seen.merge(slug, 1, Integer::sum) - 1;
    return before == 0 ? slug : slug + "-" + before;
  }
}

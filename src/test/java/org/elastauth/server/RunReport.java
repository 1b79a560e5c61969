package org.elastauth.server;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The build runs this after the integration tests. It prints the slowest cases and how many
 * gateways were started; if a case failed, it collects the logs of all gateways and servers in one
 * folder.
 */
class RunReport {
  private static final int SLOWEST = 30;
  private static final Path REPORTS = Path.of("target", "failsafe-reports");
  private static final Path SERVERS = Path.of("target", "servers");
  private static final Path FAILED = Path.of("target", "failed-run");

  private record Case(String name, double seconds, boolean failed) {}

  @Test
  void print() throws Exception {
    List<Case> cases = cases();
    System.out.println("The slowest of " + cases.size() + " integration tests, in seconds:");
    cases.stream()
        .sorted(Comparator.comparingDouble(Case::seconds).reversed())
        .limit(SLOWEST)
        .forEach(c -> System.out.printf("%6.1f %s%n", c.seconds(), c.name()));
    System.out.println("Gateways started: " + gatewayStarts());
    ElasticsearchServer.deleteRecursively(FAILED);
    if (cases.stream().anyMatch(Case::failed)) {
      collectLogs();
      System.out.println("Logs of all gateways and servers: " + FAILED);
    }
  }

  private static List<Case> cases() throws Exception {
    DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    List<Case> cases = new ArrayList<>();
    for (Path report : files(REPORTS)) {
      if (report.getFileName().toString().matches("TEST-.*IT\\.xml")) {
        Document suite = parser.parse(report.toFile());
        NodeList nodes = suite.getElementsByTagName("testcase");
        for (int i = 0; i < nodes.getLength(); i++) {
          cases.add(toCase((Element) nodes.item(i)));
        }
      }
    }
    return cases;
  }

  private static Case toCase(Element element) {
    String type = element.getAttribute("classname");
    return new Case(
        type.substring(type.lastIndexOf('.') + 1) + "." + element.getAttribute("name"),
        Double.parseDouble(element.getAttribute("time")),
        element.getElementsByTagName("failure").getLength()
                + element.getElementsByTagName("error").getLength()
            > 0);
  }

  private static long gatewayStarts() throws IOException {
    long starts = 0;
    for (Path file : files(SERVERS)) {
      if (file.endsWith(TestRun.STARTS)) {
        starts += Files.size(file);
        Files.delete(file);
      }
    }
    return starts;
  }

  private static void collectLogs() throws IOException {
    for (Path file : files(SERVERS)) {
      if (file.toString().endsWith(".log")) {
        Path copy = FAILED.resolve(SERVERS.relativize(file));
        Files.createDirectories(copy.getParent());
        copyIfThere(file, copy);
      }
    }
  }

  private static void copyIfThere(Path file, Path copy) throws IOException {
    try {
      Files.copy(file, copy);
    } catch (NoSuchFileException deleted) {
      // by its server
    }
  }

  /** Servers that are still ending delete files meanwhile. */
  private static List<Path> files(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException deleted) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path deleted, IOException meanwhile) {
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }
}

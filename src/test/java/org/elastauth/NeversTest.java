package org.elastauth;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packages depend on each other in one direction: a feature can be read without its users. */
class NeversTest {
  private static final String ALL = "org.elastauth..";
  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPath(Path.of("target/classes"));

  private static String[] packages(String names) {
    return Stream.of(names.split(" "))
        .map(name -> "org.elastauth." + name + "..")
        .toArray(String[]::new);
  }

  /** Features report to health and metrics, and bring their settings, rights and keys. */
  @ParameterizedTest(name = "{0} knows only {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "breaker       | breaker",
        "config        | config",
        "crypto        | config crypto",
        "health        | health",
        "metrics       | metrics",
        "net           | config net",
        "http          | config http metrics net",
        "redis         | config http metrics redis",
        "identity      | config http identity net",
        "credential    | config credential crypto http identity metrics",
        "replay        | config crypto http redis replay",
        "ratelimit     | config credential http identity net ratelimit redis",
        "cache         | cache config credential crypto metrics redis",
        "editor        | credential editor http identity net",
        "elasticsearch | cache config credential crypto elasticsearch health http identity",
        "routes        | config routes",
      })
  void aPackageKnowsOnlyThoseBelowIt(String name, String known) {
    classes()
        .that()
        .resideInAPackage("org.elastauth." + name + "..")
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(packages(known)).or(not(resideInAPackage(ALL))))
        .check(CLASSES);
  }

  @Test
  void noPackagesKnowEachOther() {
    slices().matching("org.elastauth.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void noPartsOfOpenIdConnectKnowEachOther() {
    slices().matching("org.elastauth.oidc.(*)").should().beFreeOfCycles().check(CLASSES);
  }

  /**
   * Only {@code Main}, {@code Application}, {@code SharedBeans} and the rooms on top know these.
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource({"command", "editor", "expiry", "oidc", "revocation", "routes", "startup"})
  void noFeatureKnowsTheTop(String name) {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            packages("startup command doctor explain migrate rotation " + name))
        .and()
        .doNotBelongToAnyOf(Application.class, Main.class, SharedBeans.class)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.elastauth." + name + "..")
        .check(CLASSES);
  }

  /** What a feature keeps to itself, and which class outside may use it nevertheless. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "session.RedisSessions       | session | nothing",
        "session.SessionMemory       | session | revocation.RevocationChannel",
        "cache.MemoryCache           | cache   | revocation.RevocationChannel",
        "replay.MemoryReplayStore    | replay  | session.RefreshLock",
        "replay.RedisReplayStore     | replay  | session.RefreshLock",
        "elasticsearch.UserReconciler | elasticsearch | nothing",
      })
  void aFeatureKeepsItsInternals(String internal, String feature, String users) {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.elastauth." + feature + "..")
        .and()
        .haveNameNotMatching("org\\.elastauth\\.(" + users.replace(' ', '|') + ")(\\$.*)?")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("org.elastauth." + internal)
        .check(CLASSES);
  }
}

package dev.epoch.qa;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final String POSTGRES = "dev.epoch.storage.postgres";

  /** Takes statements apart for whoever reads them; no backend. */
  private static final DescribedPredicate<JavaClass> TEXT_OF_SQL =
      resideInAPackage("dev.epoch.storage.sql..");

  /** What every backend implements; each package beside these is a backend. */
  private static final String[] SPI = {
    "dev.epoch.storage",
    "dev.epoch.storage.branch",
    "dev.epoch.storage.copy",
    "dev.epoch.storage.error",
    "dev.epoch.storage.location",
    "dev.epoch.storage.operation",
    "dev.epoch.storage.query",
    "dev.epoch.storage.record",
    "dev.epoch.storage.schema",
    "dev.epoch.storage.state",
  };

  /** What backends are made of. */
  private static final String LAYERED = "dev.epoch.storage.layered";

  private static final String RELATIONAL = "dev.epoch.storage.relational";

  private static final DescribedPredicate<JavaClass> BACKEND =
      resideInAPackage("dev.epoch.storage..")
          .and(not(resideInAnyPackage(SPI)))
          .and(not(TEXT_OF_SQL))
          .and(not(resideInAnyPackage(LAYERED, RELATIONAL)));

  private static final JavaClasses EPOCH =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.epoch");

  @Test
  void modelAndEngineArePure() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage("dev.epoch.model..", "dev.epoch.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "io.smallrye..",
                "io.vertx..",
                "io.quarkus..",
                "jakarta..",
                "java.sql..",
                "javax.sql..",
                "org.apache.kafka.."));
  }

  @Test
  void storageBackendsDoNotSeeEachOther() {
    check(
        slices()
            .matching("dev.epoch.storage.(*)..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(alwaysTrue(), not(BACKEND)));
  }

  @Test
  void whatBackendsImplementNamesNone() {
    check(noClasses().that().resideInAnyPackage(SPI).should().dependOnClassesThat(BACKEND));
    check(
        slices()
            .matching("dev.epoch.storage.(*)..")
            .should()
            .beFreeOfCycles()
            .ignoreDependency(BACKEND, alwaysTrue()));
  }

  /** Layers know no database, what is made of them no backend, and nothing above sees either. */
  @Test
  void layersStandBelowBackendsAlone() {
    check(
        noClasses()
            .that()
            .resideInAPackage(LAYERED)
            .should()
            .dependOnClassesThat(
                BACKEND.or(
                    resideInAnyPackage(RELATIONAL, "java.sql..", "javax.sql..", "com.zaxxer.."))));
    check(
        noClasses()
            .that()
            .resideInAPackage(RELATIONAL)
            .should()
            .dependOnClassesThat(BACKEND.or(resideInAnyPackage("org.sqlite.."))));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.epoch.storage..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(LAYERED, RELATIONAL));
  }

  /** The server wires them; whoever stands above {@code storage} asks its interfaces. */
  @Test
  void nothingAboveStorageNamesABackend() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("dev.epoch.storage..", "dev.epoch.server")
            .should()
            .dependOnClassesThat(BACKEND));
  }

  /**
   * {@code codec} and {@code ddl} are at the bottom; operation, record and branch stand beside each
   * other at the top, operation runs checks as queries and writes rows by {@code operation.write},
   * as {@code operation.restore} does, and only the adapter sees all.
   */
  @Test
  void packagesOfThePostgresBackendStandOnEachOther() {
    List<List<String>> layers =
        List.of(
            List.of("codec", "ddl"),
            List.of("connection"),
            List.of("catalog"),
            List.of("capture"),
            List.of("state"),
            List.of("query"),
            List.of("operation.write"),
            List.of("operation", "operation.restore", "record", "branch", "surface"));
    Set<String> below = new LinkedHashSet<>();
    for (List<String> layer : layers) {
      for (String name : layer) {
        check(
            classes()
                .that()
                .resideInAPackage(POSTGRES + "." + name)
                .should()
                .onlyDependOnClassesThat(
                    not(resideInAPackage(POSTGRES + ".."))
                        .or(resideInAPackage(POSTGRES + "." + name))
                        .or(resideInAnyPackage(below.toArray(String[]::new)))));
      }
      layer.forEach(name -> below.add(POSTGRES + "." + name));
    }
  }

  @Test
  void packagesOfTheGatewayStandOnEachOther() {
    check(slices().matching("dev.epoch.gateway.(*)..").should().beFreeOfCycles());
  }

  /** Messages, secrets and requests know nothing of who subscribes, hooks know everything. */
  @Test
  void packagesOfWebhooksStandOnEachOther() {
    check(slices().matching("dev.epoch.webhooks.(*)..").should().beFreeOfCycles());
    check(
        noClasses()
            .that()
            .resideInAnyPackage(
                "dev.epoch.webhooks.message..",
                "dev.epoch.webhooks.receiver..",
                "dev.epoch.webhooks.secret..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.epoch.webhooks", "dev.epoch.webhooks.hook.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.epoch.webhooks")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.epoch.webhooks.hook.."));
  }

  @Test
  void featuresOfTheApiStandOnEachOther() {
    check(slices().matching("dev.epoch.api.(*)..").should().beFreeOfCycles());
  }

  @Test
  void featuresOfTheCommandLineStandOnEachOther() {
    check(slices().matching("dev.epoch.cli.command.(*)..").should().beFreeOfCycles());
    check(slices().matching("dev.epoch.client.(*)..").should().beFreeOfCycles());
  }

  @Test
  void eventLogsDoNotSeeEachOther() {
    check(slices().matching("dev.epoch.log.(*)..").should().notDependOnEachOther());
  }

  @Test
  void projectionsDoNotSeeEachOther() {
    check(slices().matching("dev.epoch.projections.(*)..").should().notDependOnEachOther());
  }

  @Test
  void theCommandLineSeesNoServerModule() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage("dev.epoch.cli..", "dev.epoch.client..", "dev.epoch.promoter..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.epoch.api..",
                "dev.epoch.engine..",
                "dev.epoch.events..",
                "dev.epoch.gateway..",
                "dev.epoch.log..",
                "dev.epoch.model..",
                "dev.epoch.projections..",
                "dev.epoch.server..",
                "dev.epoch.storage..",
                "io.quarkus.."));
  }

  @Test
  void classNamesSayWhatTheClassDoes() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.epoch..")
            .should()
            .haveNameMatching(".*(Manager|Helper|Util|Utils|Impl)"));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(EPOCH);
  }
}

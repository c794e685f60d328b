package dev.epoch.qa;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

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
    check(slices().matching("dev.epoch.storage.(*)..").should().notDependOnEachOther());
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
            .resideInAnyPackage("dev.epoch.cli..", "dev.epoch.client..")
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

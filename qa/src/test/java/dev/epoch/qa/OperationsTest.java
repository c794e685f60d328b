package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.epoch.api.access.Operations;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every operation of the API says what it needs: nothing is let in because somebody forgot. */
class OperationsTest {
  private static final Operations OPERATIONS = Operations.read();

  private static final List<Class<? extends Annotation>> HTTP =
      List.of(GET.class, POST.class, PUT.class, PATCH.class, DELETE.class);

  @Test
  void everyOperationHasALineAndEveryLineAnOperation() {
    Set<String> without = new TreeSet<>();
    Set<String> used = new TreeSet<>();
    int all = 0;
    for (JavaClass resource :
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.epoch")) {
      if (!resource.isAnnotatedWith(Path.class)
          || resource.getModifiers().contains(JavaModifier.ABSTRACT)) {
        continue;
      }
      for (JavaMethod method : resource.getAllMethods()) {
        if (HTTP.stream().anyMatch(method::isAnnotatedWith)) {
          all++;
          Optional<String> line =
              OPERATIONS.line(
                  resource.reflect(), method.getName(), method.isAnnotatedWith(GET.class));
          line.ifPresentOrElse(
              used::add, () -> without.add(resource.getName() + "." + method.getName()));
        }
      }
    }

    assertThat(all).isGreaterThan(180);
    assertThat(without).isEmpty();
    assertThat(OPERATIONS.keys()).containsExactlyInAnyOrderElementsOf(used);
  }
}

package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaFieldAccess.AccessType;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.epoch.qa.process.Checkout;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Whatever a request or a command line may say is read: nothing is accepted and forgotten. */
class AcceptedIsReadTest {
  private static final Pattern QUERY_PARAMETER =
      Pattern.compile(
          "@QueryParam\\(\"([^\"]+)\"\\)\\s+(?:@\\w+(?:\\([^)]*\\))?\\s+)*[\\w.<>\\[\\]]+\\s+(\\w+)");

  private static final JavaClasses API =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.epoch.api");

  private static final JavaClasses COMMAND_LINE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.epoch.cli");

  /** Fields that mean something by being there, with what that is. */
  private static final Map<String, String> SAID_OTHERWISE =
      Map.of(
          "MergeBranch.allowUnrelated",
          "of the public contract; all branches of a repository have one root, so there is nothing to allow");

  @Test
  void everyFieldOfABodyIsRead() {
    Set<String> bodies = new TreeSet<>();
    Set<String> unread = new TreeSet<>();
    for (JavaClass body : bodies()) {
      bodies.add(body.getSimpleName());
      for (JavaField field : body.getFields()) {
        if (!field.getModifiers().contains(JavaModifier.STATIC) && !isRead(body, field)) {
          unread.add(body.getSimpleName() + "." + field.getName());
        }
      }
    }
    assertThat(bodies).contains("CreateCommit", "MergeBranch", "RegisterTable", "Rule", "Path");
    assertThat(unread).isSubsetOf(SAID_OTHERWISE.keySet());
  }

  @Test
  void everyOptionOfTheCommandLineIsRead() {
    Set<String> unread = new TreeSet<>();
    int all = 0;
    for (JavaClass command : COMMAND_LINE) {
      for (JavaField field : command.getFields()) {
        if (field.isAnnotatedWith(Option.class) || field.isAnnotatedWith(Parameters.class)) {
          all++;
          if (field.getAccessesToSelf().stream()
              .noneMatch(access -> access.getAccessType() == AccessType.GET)) {
            unread.add(command.getSimpleName() + "." + field.getName());
          }
        }
      }
    }
    assertThat(all).isGreaterThan(200);
    // help and version are read by the library; that of commits is on its way
    assertThat(unread)
        .isSubsetOf("EpochCommand.version", "GlobalOptions.help", "CommitCommand.includeSchema");
  }

  /** Records that resources take, and those in them. */
  private static Set<JavaClass> bodies() {
    Set<JavaClass> found = new LinkedHashSet<>();
    for (JavaClass resource : API) {
      if (resource.isAnnotatedWith(Path.class)) {
        resource.getMethods().stream()
            .filter(AcceptedIsReadTest::answers)
            .flatMap(method -> method.getRawParameterTypes().stream())
            .forEach(type -> add(type, found));
      }
    }
    return found;
  }

  private static boolean answers(JavaMethod method) {
    return Stream.of(POST.class, PUT.class, PATCH.class, DELETE.class, GET.class)
        .anyMatch(method::isAnnotatedWith);
  }

  private static void add(JavaClass type, Set<JavaClass> found) {
    if (type.isRecord() && type.getPackageName().startsWith("dev.epoch.api") && found.add(type)) {
      type.getFields().stream()
          .filter(field -> !field.getModifiers().contains(JavaModifier.STATIC))
          .flatMap(field -> field.getType().getAllInvolvedRawTypes().stream())
          .forEach(part -> add(part, found));
    }
  }

  private static boolean isRead(JavaClass body, JavaField field) {
    JavaMethod accessor = body.getMethod(field.getName());
    return !accessor.getCallsOfSelf().isEmpty()
        || !accessor.getReferencesToSelf().isEmpty()
        || field.getAccessesToSelf().stream()
            .anyMatch(access ->
                !access.getOrigin().isConstructor() && !access.getOrigin().equals(accessor));
  }

  @Test
  void everyParameterOfAQueryIsRead() throws IOException {
    Set<String> unread = new TreeSet<>();
    int all = 0;
    try (Stream<java.nio.file.Path> files =
        Files.walk(Checkout.ROOT.resolve("services/api/src/main/java"))) {
      for (java.nio.file.Path file :
          files.filter(name -> name.toString().endsWith(".java")).toList()) {
        String source = Files.readString(file);
        Matcher parameter = QUERY_PARAMETER.matcher(source);
        while (parameter.find()) {
          all++;
          if (!isUsed(source, parameter)) {
            unread.add(file.getFileName() + " " + parameter.group(1));
          }
        }
      }
    }
    assertThat(all).isGreaterThan(60);
    assertThat(unread).isEmpty();
  }

  /** In its method; as a field anywhere in its class. */
  private static boolean isUsed(String source, Matcher parameter) {
    String rest = source.substring(parameter.end());
    boolean field = rest.startsWith(";") || rest.startsWith(" =");
    int end = rest.indexOf("\n  }\n");
    String scope = field || end < 0 ? rest : rest.substring(0, end);
    return Pattern.compile("\\b" + parameter.group(2) + "\\b").matcher(scope).find();
  }
}

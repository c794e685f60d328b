package dev.epoch.qa.clients;

import dev.epoch.qa.process.Checkout;
import dev.epoch.qa.process.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Programs and libraries of the machine that tests with real clients need. A test whose client is
 * missing is skipped with its name; in the continuous integration ({@code CI=true}) it fails.
 */
final class Installed {

  private Installed() {}

  /** A program on the PATH or among those for administrators. */
  static String program(String name, String debianPackage) {
    Optional<Path> found =
        Checkout.program(name)
            .or(() ->
                Stream.of("/usr/sbin", "/usr/bin")
                    .map(folder -> Path.of(folder, name))
                    .filter(Files::isExecutable)
                    .findFirst());
    demand(found.isPresent(), name, debianPackage);
    return found.orElseThrow().toString();
  }

  /** The distribution's Python, with these modules. */
  static String python(List<String> modules, String debianPackages) {
    String python = "/usr/bin/python3";
    demand(
        runs(List.of(python, "-c", "import " + String.join(", ", modules))),
        "Python with " + String.join(", ", modules),
        debianPackages);
    return python;
  }

  /** The distribution's Ruby, with these libraries. */
  static String ruby(List<String> libraries, String debianPackages) {
    String ruby = "/usr/bin/ruby";
    String requires =
        libraries.stream().map(name -> "require '" + name + "'; ").reduce("", String::concat);
    demand(
        runs(List.of(ruby, "-e", requires)),
        "Ruby with " + String.join(", ", libraries),
        debianPackages);
    return ruby;
  }

  private static boolean runs(List<String> command) {
    return Files.isExecutable(Path.of(command.getFirst()))
        && new Shell(Checkout.ROOT, Map.of()).run(command, "").exitCode() == 0;
  }

  private static void demand(boolean there, String what, String debianPackages) {
    if (there) {
      return;
    }
    String message = what + " is not installed: apt-get install " + debianPackages;
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError(message);
    }
    Assumptions.abort(message);
  }
}

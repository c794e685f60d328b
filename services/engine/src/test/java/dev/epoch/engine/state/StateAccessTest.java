package dev.epoch.engine.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Only appliers, and the codec of snapshots, make new states. */
class StateAccessTest {
  private static final List<String> DOORS = List.of("Appliers", "StateCodec");

  private static List<Class<?>> classes() throws IOException, URISyntaxException {
    Path folder =
        Path.of(RepositoryState.class.getResource("RepositoryState.class").toURI()).getParent();
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
          .<Class<?>>map(name -> load(name.replace(".class", "")))
          .toList();
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(RepositoryState.class.getPackageName() + "." + name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void nobodyElseCanCallWhatChangesAState() throws Exception {
    assertThat(classes()).hasSizeGreaterThan(20);
    assertThat(classes())
        .filteredOn(type -> !DOORS.contains(type.getSimpleName()))
        .filteredOn(type -> Modifier.isPublic(type.getModifiers()))
        .flatExtracting(type -> Arrays.asList(type.getDeclaredMethods()))
        .filteredOn(method -> Modifier.isPublic(((Method) method).getModifiers()))
        .filteredOn(method -> changes((Method) method))
        .isEmpty();
  }

  private static boolean changes(Method method) {
    return method.getName().startsWith("with")
        || (method.getParameterCount() > 0
            && method.getReturnType() == method.getDeclaringClass()
            && !List.of("empty", "valueOf").contains(method.getName()));
  }
}

package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.ScriptedServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as it is built: the start script, the jars and the class cache. */
class EpochProgramIT {

  private static final Path PROGRAM = Path.of("target/epoch").toAbsolutePath();

  @TempDir Path folder;

  private record Result(int exitCode, String out, String err) {}

  private Result run(Path script, Map<String, String> variables, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile("epoch", ".out");
    Path err = Files.createTempFile("epoch", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(variables);
    Process process = builder.start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), text(out), text(err));
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  @Test
  void runsFromAnyFolderAlsoThroughALink() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("epoch"), PROGRAM.resolve("bin/epoch"));

    Result result = run(link, Map.of(), "--version");
    Files.delete(link);

    assertThat(result.err()).isEmpty();
    assertThat(result.out()).startsWith("epoch 0.").endsWith("\n");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void speaksToAServer() throws Exception {
    try (ScriptedServer server = new ScriptedServer()) {
      server.on("POST /repositories", 201, "{\"name\": \"über\", \"default_branch\": \"main\"}");
      server.on(
          "GET /status",
          404,
          "{\"error\": \"RepositoryNotInitializedError\", \"message\": \"gone\"}");
      Map<String, String> variables = Map.of("EPOCH_SERVER_URL", server.url());

      Result init = run(PROGRAM.resolve("bin/epoch"), variables, "init", "über");
      Result status = run(PROGRAM.resolve("bin/epoch"), variables, "status");

      assertThat(init)
          .isEqualTo(new Result(0, "Initialized repository 'über' on branch 'main'\n", ""));
      assertThat(status).isEqualTo(new Result(3, "", "error: gone\n"));
    }
  }

  @Test
  void worksWithoutItsClassCache() throws Exception {
    Path copy = folder.resolve("copy");
    Files.createDirectories(copy.resolve("lib"));
    Files.createDirectories(copy.resolve("bin"));
    Files.copy(
        PROGRAM.resolve("bin/epoch"),
        copy.resolve("bin/epoch"),
        java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    try (var jars = Files.list(PROGRAM.resolve("lib"))) {
      for (Path jar : jars.filter(file -> file.toString().endsWith(".jar")).toList()) {
        Files.copy(jar, copy.resolve("lib").resolve(jar.getFileName()));
      }
    }

    assertThat(run(copy.resolve("bin/epoch"), Map.of(), "--version").exitCode()).isZero();
    // a cache that does not fit is no reason to fail or to say a word
    Files.writeString(copy.resolve("lib/epoch.aot"), "nonsense");
    Result result = run(copy.resolve("bin/epoch"), Map.of(), "--version");
    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).isEmpty();
  }
}

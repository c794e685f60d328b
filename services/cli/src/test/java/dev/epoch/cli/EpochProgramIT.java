package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.epoch.testing.ScriptedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as users start it: {@code bin/epoch} and the jar of this module. */
class EpochProgramIT {

  private static final Path PROGRAM = Path.of("../../bin/epoch").toAbsolutePath().normalize();

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
    Path link = Files.createSymbolicLink(folder.resolve("epoch"), PROGRAM);

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

      Result init = run(PROGRAM, variables, "init", "über");
      Result status = run(PROGRAM, variables, "status");

      assertThat(init)
          .isEqualTo(new Result(0, "Initialized repository 'über' on branch 'main'\n", ""));
      assertThat(status.exitCode()).isEqualTo(3);
      assertThat(status.err()).startsWith("error: gone\nhint: ");
    }
  }

  @Test
  void namesAreUtf8WhateverTheLocale() throws Exception {
    try (ScriptedServer server = new ScriptedServer()) {
      server.on("POST /repositories", 201, "{\"name\": \"über\", \"default_branch\": \"main\"}");

      Result init =
          run(PROGRAM, Map.of("EPOCH_SERVER_URL", server.url(), "LC_ALL", "C"), "init", "über");

      assertThat(init.out()).isEqualTo("Initialized repository 'über' on branch 'main'\n");
      assertThat(server.request("POST /repositories").body().path("name").asText())
          .isEqualTo("über");
    }
  }

  @Test
  void outputThatCannotBeWrittenIsAFailureAndAReaderThatHasEnoughIsNone() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full");
    Path script = folder.resolve("script");
    Files.writeString(
        script,
        """
        #!/usr/bin/env bash
        "$PROGRAM" completion bash >/dev/full
        echo "full: $?"
        "$PROGRAM" completion bash | head -n 1
        echo "head: ${PIPESTATUS[0]}"
        """);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));

    Result result = run(script, Map.of("PROGRAM", PROGRAM.toString()));

    assertThat(result.out()).isEqualTo("full: 74\n#!/usr/bin/env bash\nhead: 0\n");
    assertThat(result.err())
        .isEqualTo(
            "error: cannot write the output: No space left on device\n"
                + "hint: send it elsewhere; a command that changes something has done so\n");
  }

  @Test
  void anInterruptedCommandSaysThatTheServerMayGoOn() throws Exception {
    Path printed = folder.resolve("printed");
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ProcessBuilder builder =
          new ProcessBuilder(PROGRAM.toString(), "init", "shop")
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(printed.toFile());
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      builder.environment().put("EPOCH_SERVER_URL", "http://127.0.0.1:" + silent.getLocalPort());
      Process process = builder.start();
      try (var request = silent.accept()) {
        assertThat(request.getInputStream().read()).isEqualTo('P');
        process.destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(text(printed))
          .contains("interrupted: the server may go on with the command\nhint: 'epoch status'");
    }
  }
}

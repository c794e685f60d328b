package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real processes; the scripted server answers for them. */
class LocalCommandTest extends CommandTest {
  private Path data;

  @BeforeEach
  void home() throws IOException {
    data = root.resolve("data");
    shell.set("EPOCH_HOME", root.toString()).set("EPOCH_DATA_DIR", data.toString());
    program("exec sleep 600");
  }

  private void program(String command) throws IOException {
    Path run = Files.createDirectories(root.resolve("bin")).resolve("run");
    Files.writeString(run, "#!/bin/sh\necho \"port $EPOCH_API_PORT\"\n" + command + "\n");
    Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwx------"));
  }

  private void serverIsUp() {
    server.forget("GET /health").forget("GET /ready");
    server.on("GET /health", "{\"status\": \"healthy\", \"version\": \"1.0\"}");
    server.on("GET /ready", "{\"ready\": true}");
  }

  private String port() {
    return server.url().replaceFirst(".*:", "");
  }

  @Test
  void whatRunsAlreadyIsNeitherStartedNorEnded() {
    serverIsUp();

    prints("The server runs already at " + server.url() + "\n", "local", "start");
    prints("server: ready, version 1.0, at " + server.url() + "\n", "local", "status");
    fails(
        4,
        "error: the server at " + server.url() + " was not started by 'epoch local start'\n",
        "local",
        "stop");
  }

  @Test
  void startsTellsAndEnds() throws IOException {
    // given: nobody answers yet
    server.on("GET /health", 503, "{}");

    // when
    Shell.Result start = shell.run("local", "start", "--wait", "1");

    // then: the process goes on
    assertThat(start.exitCode()).isEqualTo(6);
    assertThat(start.err()).startsWith("error: the server is not ready after 1 seconds");
    assertThat(Files.readString(data.resolve("local.log"))).endsWith("port " + port() + "\n");
    Shell.Result status = shell.run("local", "status");
    assertThat(status.exitCode()).isEqualTo(1);
    assertThat(status.out()).startsWith("server: does not answer at").contains("process: ");
    assertThat(shell.run("local", "start").err()).contains("is starting");

    // when it answers
    serverIsUp();
    assertThat(shell.run("local", "status", "--format", "json").out()).contains("\"ready\": true");

    // then it can be ended
    prints("The server has ended\n", "local", "stop");
    server.forget("GET /health").on("GET /health", 503, "{}");
    prints("The server does not run\n", "local", "stop");
    assertThat(shell.run("local", "status").out()).startsWith("server: does not run at");
  }

  @Test
  void aServerThatEndsSaysWhy() throws IOException {
    server.on("GET /health", 503, "{}");
    program("echo no disk; exit 1");

    Shell.Result start = shell.run("local", "start");

    assertThat(start.exitCode()).isEqualTo(6);
    assertThat(start.err()).contains("the server has ended").contains("no disk");
  }

  @Test
  void onlyServersOfThisMachineAndProgramAreMeant() {
    shell.set("EPOCH_SERVER_URL", "https://epoch.example.com");
    fails(
        4,
        "error: the server of the settings is https://epoch.example.com, not one of this machine\n",
        "local",
        "start");
    shell.set("EPOCH_SERVER_URL", server.url()).set("EPOCH_HOME", null);
    fails(4, "error: there is no server beside this program\n", "local", "status");
    fails(2, "error: say what to do: start, stop or status\n", "local");
  }
}

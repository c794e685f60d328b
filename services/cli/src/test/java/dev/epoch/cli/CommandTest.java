package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.ScriptedServer;
import dev.epoch.testing.Shell;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A shell and a scripted server to type commands against. */
abstract class CommandTest {

  @TempDir Path root;
  ScriptedServer server;
  Shell shell;

  @BeforeEach
  final void startServer() {
    server = new ScriptedServer();
    shell = new Shell(root, server.url());
  }

  @AfterEach
  final void stopServer() {
    server.close();
  }

  /** The command works, prints exactly this, and nothing to standard error. */
  final void prints(String expected, String... command) {
    Shell.Result result = shell.run(command);
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo(expected);
    assertThat(result.exitCode()).isZero();
  }

  /**
   * The command fails with an exit code and prints exactly this to standard error. Every failure
   * says what to do next: where the expected text has no hint, some hint must follow it.
   */
  final void fails(int exitCode, String expected, String... command) {
    Shell.Result result = shell.run(command);
    if (expected.contains("\nhint: ")) {
      assertThat(result.err()).isEqualTo(expected);
    } else {
      assertThat(result.err()).startsWith(expected);
      assertThat(result.err().substring(expected.length())).matches("hint: .+\n");
    }
    assertThat(result.out()).isEmpty();
    assertThat(result.exitCode()).isEqualTo(exitCode);
  }
}

package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandCatalogTest extends CommandTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "init",
        "status",
        "table add",
        "table list",
        "table show",
        "table refresh",
        "table rescan",
        "table remove",
        "branch create",
        "branch list",
        "branch delete",
        "branch info",
        "branch rename",
        "checkout",
        "stage",
        "unstage",
        "commit",
        "log",
        "show",
        "reflog",
        "history",
        "blame",
        "diff",
        "apply",
        "merge",
        "tag create",
        "tag list",
        "tag show",
        "tag delete",
        "check add",
        "check list",
        "check remove",
        "check run",
        "conflicts show",
        "conflicts resolve",
        "conflicts forget",
        "resolve",
        "query",
        "export",
        "import",
        "tips",
        "storage add",
        "storage list",
        "storage show",
        "storage credentials",
        "storage tunnels",
        "auth login",
        "auth logout",
        "auth status",
        "pull",
        "push",
        "storage update",
        "storage remove",
        "storage default set",
        "storage default show",
        "storage default clear",
        "storage test-credentials",
        "events",
        "hook add",
        "hook list",
        "hook remove",
        "hook test",
        "promote plan",
        "promote apply",
        "promote status",
        "promote approve",
        "promote rollback",
        "webhook create",
        "webhook list",
        "webhook show",
        "webhook update",
        "webhook delete",
        "webhook test",
        "webhook deliveries",
        "webhook redeliver",
        "webhook rotate",
        "auth key create",
        "auth key list",
        "auth key revoke",
        "auth key rotate",
        "auth whoami",
        "auth can-i",
        "role list",
        "role show",
        "role create",
        "role delete",
        "role grant",
        "role revoke",
        "admin keys list",
        "admin keys rotate",
        "gc",
        "doctor",
        "completion",
        "catalog list",
        "catalog show",
        "catalog validate",
        "catalog solve",
        "catalog merge",
        "catalog class from-table",
        "repo list",
        "repo open",
        "repo delete",
        "help"
      })
  void everyCommandHasHelp(String command) {
    var direct = shell.run((command + " --help").split(" "));
    var asked = shell.run(("help " + command).split(" "));

    assertThat(direct.exitCode()).isZero();
    assertThat(direct.out())
        .startsWith("Usage: epoch " + command)
        .endsWith("\n'epoch --help' lists the options of every command.\n");
    assertThat(asked.out()).isEqualTo(direct.out());
  }

  @Test
  void showsAllCommandsAndTheVersion() {
    var help = shell.run("--help");
    assertThat(help.exitCode()).isZero();
    assertThat(help.out()).contains("init ", "status ", "conflicts ", "completion ");
    prints("epoch development\n", "--version");
    assertThat(shell.run("help", "nonsense").exitCode()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh"})
  void completionScriptsAreValidShell(String dialect) throws Exception {
    var result = shell.run("completion", dialect);

    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains("--porcelain").contains("test-credentials");
    assertThat(syntaxCheck(result.out())).isZero();
  }

  private int syntaxCheck(String script) throws IOException, InterruptedException {
    Path file = Files.writeString(root.resolve("completion.bash"), script);
    Process bash = new ProcessBuilder("bash", "-n", file.toString()).inheritIO().start();
    assertThat(bash.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return bash.exitValue();
  }

  @Test
  void completionKnowsThreeShells() {
    fails(2, "error: unknown shell 'tcsh'; known: bash, zsh, fish\n", "completion", "tcsh");
  }

  /** Each command and option stands there; what fish says of it where fish is installed. */
  @Test
  void fishIsToldOfEveryCommand() throws Exception {
    String script = shell.run("completion", "fish").out();

    assertThat(script.lines())
        .contains(
            "complete --command epoch --condition '__epoch_at admin keys' --arguments 'list'"
                + " --description 'List the keys, and how many stored secrets each has sealed.'",
            "complete --command epoch --condition '__epoch_after promote approve' --long-option commit"
                + " --require-parameter --description 'The commit (default: the head of the"
                + " environment\\'s source).'",
            "complete --command epoch --condition '__epoch_after commit' --short-option m"
                + " --long-option message --require-parameter --description 'What the commit is about"
                + " (default: what is written in an editor).'",
            "complete --command epoch --long-option repository --require-parameter --description"
                + " 'Repository to use.'");
    if (Files.isExecutable(Path.of("/usr/bin/fish"))) {
      Path file = Files.writeString(root.resolve("completion.fish"), script);
      Process fish =
          new ProcessBuilder("fish", "--no-execute", file.toString()).inheritIO().start();
      assertThat(fish.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(fish.exitValue()).isZero();
    }
  }

  @Test
  void debuggingShowsEachExchangeWithTheServer() {
    server.on("GET /branches", "{\"branches\": [{\"name\": \"main\"}]}");

    shell.inRepository("r", "main").set("EPOCH_DEBUG", "true");
    assertThat(shell.run("branch", "list").err()).contains("GET http", "-> 200");
    shell.set("EPOCH_DEBUG", "false");
    assertThat(shell.run("branch", "list").err()).isEmpty();
  }

  @Test
  void globalOptionsMayStandBeforeAndAfterTheCommand() {
    server.on("GET /branches", "{\"branches\": [{\"name\": \"main\"}]}");

    for (String[] command :
        new String[][] {
          {"--repository", "r", "branch", "list", "-q"},
          {"branch", "--repository=r", "list"},
          {"-q", "branch", "list", "--repository", "r"}
        }) {
      assertThat(shell.run(command).out()).isEqualTo("  main\n");
    }

    assertThat(server.requests("GET /branches"))
        .hasSize(3)
        .allSatisfy(request -> assertThat(request.query()).containsEntry("repository", "r"));
  }
}

package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.client.transport.Json;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people mistype, and what they are told. */
class MistakesTest extends CommandTest {

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
  }

  @Test
  void theNearestCommandOrOptionIsNamed() {
    fails(
        2,
        "error: 'stauts' is not a command of epoch\n"
            + "hint: did you mean 'epoch status'? 'epoch --help' shows what can be said\n",
        "stauts");
    fails(
        2,
        "error: 'ad' is not a command of epoch table\n"
            + "hint: did you mean 'epoch table add'? 'epoch table --help' shows what can be said\n",
        "table",
        "ad");
    fails(
        2,
        "error: Unknown option: '--onelin'\n"
            + "hint: did you mean '--oneline'? 'epoch log --help' shows what can be said\n",
        "log",
        "--onelin");
    fails(
        2,
        "error: 'extra' is one argument too many\n"
            + "hint: 'epoch commit --help' shows what can be said\n",
        "commit",
        "-m",
        "x",
        "extra");
  }

  @Test
  void anOptionOfOthersSaysWhatStandsInstead() {
    fails(
        2,
        "error: Unknown options: '--keep', '3'\n"
            + "hint: commits are kept as long as a branch or tag reaches them: 'epoch tag <name>"
            + " <commit>' keeps one, 'epoch branch delete' and 'epoch tag delete' let go\n",
        "cleanup",
        "--keep",
        "3");
  }

  @Test
  void aVetoNamesItsHook() {
    server.on(
        "POST /commits",
        403,
        "{\"error\": \"HookVetoError\", \"message\": \"Not today\", \"details\": {\"hook\": \"four-eyes\"}}");

    fails(
        4,
        "error: Not today\n"
            + "hint: hook 'four-eyes' says so; 'epoch hook list' shows where it asks\n",
        "commit",
        "-m",
        "x");
  }

  @Test
  void slipsAreCounted() {
    assertThat(NearestWord.distance("stauts", "status")).isEqualTo(1);
    assertThat(NearestWord.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(NearestWord.distance("", "log")).isEqualTo(3);
    assertThat(NearestWord.distance("log", "log")).isZero();
    assertThat(NearestWord.to("frobnicate", List.of("init", "branch"))).isEmpty();
  }

  @Test
  void valuesThatMakeNoSense() {
    fails(2, "error: --timeout takes a number of seconds above 0\n", "--timeout", "0", "status");
    fails(
        2,
        "error: Invalid value for option '--timeout': '1s' is not a whole number\n",
        "--timeout",
        "1s",
        "status");
    fails(
        2,
        "error: not an http or https address: not a url\n"
            + "hint: --server and EPOCH_SERVER_URL look like http://localhost:8000\n",
        "--server",
        "not a url",
        "status");
    fails(
        2,
        "error: 'a while ago' is not a date\nhint: " + TimeExpression.EXAMPLES + "\n",
        "log",
        "--since",
        "a while ago");
    fails(
        2,
        "error: 'a while ago' is neither a ref nor a time\nhint: " + TimeExpression.EXAMPLES + "\n",
        "query",
        "SELECT 1",
        "--at",
        "a while ago");
  }

  @Test
  void aConfigurationFileThatIsNoTomlIsShownWithItsLine() {
    shell.write("epoch.toml", "[defaults]\nformat = \n");

    var result = shell.run("status");

    assertThat(result.exitCode()).isEqualTo(5);
    assertThat(result.err())
        .contains("epoch.toml: ")
        .contains(" in line 2\nhint: correct it, or name another one with --config\n");
  }

  @Test
  void aTableThatNobodyKnowsIsNoEmptyDifference() {
    server.on("GET /commits/diff", "{\"tables\": []}");
    server.on("GET /tables/users", "{\"name\": \"users\"}");
    server.on(
        "GET /tables/user",
        404,
        "{\"error\": \"TableNotFoundError\", \"message\": \"Table 'user' is not in main\"}");

    prints("", "diff", "--table", "users");
    fails(
        3,
        "error: Table 'user' is not in main\nhint: 'epoch table list' shows the registered tables\n",
        "diff",
        "--table",
        "user");
  }

  @Test
  void stagingNothingIsSaid() {
    server.on("POST /stage", "{\"status\": \"staged\", \"count\": 0}");

    var result = shell.run("stage");

    assertThat(result.out()).isEqualTo("Staged 0 tables\n");
    assertThat(result.err()).startsWith("hint: no table has changes to stage");
  }

  @Test
  void somethingElseThanEpochAnswers() {
    server.on("GET /status", 404, "<html>nothing here</html>");

    fails(
        3,
        "error: the server answered with status 404: <html>nothing here</html>\n"
            + "hint: is there an Epoch server? --server or EPOCH_SERVER_URL names another one\n",
        "status");
  }

  /** What went wrong is JSON where the result would have been, wherever that was said. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--format json status|BranchNotFoundError|no such branch|look again|3",
        "status --format=json|BranchNotFoundError|no such branch|look again|3",
        "stauts --format json|usage|'stauts' is not a command of epoch|did you mean|2",
        "checkout --format json|usage|name a branch, a commit or a tag|'epoch checkout --help'|2",
        "log --since never --format json|usage|'never' is not a date|yesterday|2"
      })
  void failuresAreJson(String command, String error, String message, String hint, int exitCode)
      throws Exception {
    server.on(
        "GET /status",
        404,
        """
        {"error": "BranchNotFoundError", "message": "no such branch",
         "details": {"remedy": "look again"}}
        """);

    var result = shell.run(command.split(" "));

    var document = Json.parse(result.err());
    assertThat(document.path("error").asText()).isEqualTo(error);
    assertThat(document.path("message").asText()).isEqualTo(message);
    assertThat(document.path("hint").asText()).contains(hint);
    assertThat(document.path("exit_code").asInt()).isEqualTo(exitCode);
    assertThat(result.exitCode()).isEqualTo(exitCode);
    assertThat(result.out()).isEmpty();
    shell.set("EPOCH_FORMAT", "json");
    assertThat(shell.run("status").err()).startsWith("{");
  }

  @Test
  void theRemedyOfTheServerGoesFirst() {
    server.on(
        "GET /status",
        404,
        """
        {"error": "BranchNotFoundError", "message": "no such branch",
         "details": {"remedy": "look again"}}
        """);

    fails(3, "error: no such branch\nhint: look again\n", "status");
  }
}

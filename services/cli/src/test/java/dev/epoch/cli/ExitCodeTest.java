package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.Shell;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExitCodeTest extends CommandTest {

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
  }

  @ParameterizedTest
  @CsvSource({
    "404, BranchNotFoundError, 3",
    "404, SomethingNewError, 3",
    "409, BranchAlreadyExistsError, 4",
    "403, ForbiddenError, 4",
    "400, BadRequestError, 5",
    "422, ValidationError, 5",
    "422, NothingToCommitError, 1",
    "409, MergeConflictError, 1",
    "500, InternalError, 6"
  })
  void mapsErrorsOfTheServer(int status, String error, int exitCode) {
    server.on(
        "GET /status",
        status,
        "{\"error\": \"" + error + "\", \"message\": \"It did not work\", \"details\": {}}");

    fails(exitCode, "error: It did not work\n", "status");
  }

  @Test
  void printsTheRemedyAsAHint() {
    server.on(
        "POST /commits",
        422,
        """
        {"error": "NothingToCommitError", "message": "nothing to commit on 'main'",
         "details": {"remedy": "change a record first"}}
        """);

    fails(
        1,
        "error: nothing to commit on 'main'\nhint: change a record first\n",
        "commit",
        "-m",
        "x");
  }

  @Test
  void readsValidationDetails() {
    server.on(
        "POST /repositories",
        422,
        """
        {"detail": [{"type": "string_too_short", "loc": ["body", "name"],
                     "msg": "String should have at least 1 character", "input": ""}]}
        """);

    fails(5, "error: body.name: String should have at least 1 character\n", "init", "shop");
  }

  @Test
  void saysWhenTheServerIsNotThere() {
    server.close();

    Shell.Result result = shell.run("status");

    assertThat(result.exitCode()).isEqualTo(6);
    assertThat(result.err())
        .startsWith("error: cannot reach the Epoch server at " + server.url() + ": ")
        .endsWith(
            "hint: start the server (on this machine 'epoch local start' does), or name another one with --server or EPOCH_SERVER_URL\n");
  }

  @Test
  void repeatsWhatIsUnavailableAndThenGivesUp() {
    server.on(
        "GET /status",
        503,
        """
        {"error": "ConnectionFailedError", "message": "Failed to connect to metadata database",
         "details": {"url": "postgresql://localhost/horizon_epoch"}}
        """);

    fails(6, "error: Failed to connect to metadata database\n", "status");

    assertThat(server.requests("GET /status")).hasSize(4);
  }

  @Test
  void aDefectIsNoOutcomeOfACommand() {
    // standard input that cannot be read breaks what no command expects to break
    server.on(
        "GET /conflicts",
        "{\"conflicts\": [{\"table\": \"t\", \"key\": {\"id\": 1}, \"fields\": []}]}");
    shell.breakInput();

    var result = shell.run("conflicts", "resolve", "--interactive");

    assertThat(result.exitCode()).isEqualTo(70);
    assertThat(result.err())
        .startsWith("error: unexpected: java.io.UncheckedIOException")
        .endsWith("hint: --verbose, or EPOCH_DEBUG=true, shows where it happened\n");
    assertThat(shell.run("-v", "conflicts", "resolve", "-i").err()).contains("\tat dev.epoch.cli");
  }

  @Test
  void refusesACommandLineThatMakesNoSense() {
    fails(
        2,
        "error: Unknown option: '--nonsense'\nhint: 'epoch status --help' shows what can be said\n",
        "status",
        "--nonsense");
    fails(
        2,
        "error: Missing required option: '--output=<file>'\n"
            + "hint: 'epoch schema migrate --help' shows what can be said\n",
        "schema",
        "migrate",
        "a",
        "b");
    fails(2, "error: unknown format 'xml'; known: text, json\n", "status", "--format", "xml");
  }

  @Test
  void refusesAnUnknownCommand() {
    fails(
        2,
        "error: 'frobnicate' is not a command of epoch\n"
            + "hint: 'epoch --help' shows what can be said\n",
        "frobnicate");
    fails(
        2,
        "error: 'frobnicate' is not a command of epoch branch\n"
            + "hint: 'epoch branch --help' shows what can be said\n",
        "branch",
        "frobnicate");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void printsTheUsageWithoutACommand() {
    var result = shell.run();

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("Usage: epoch").contains("checkout");
  }
}

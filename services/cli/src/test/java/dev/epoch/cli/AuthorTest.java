package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who commits, on a machine where nobody has said so yet. */
class AuthorTest extends CommandTest {
  private static final String COMMIT =
      "{\"id\": \"abc123f456\", \"message\": \"m\", \"tables\": []}";

  @BeforeEach
  void nobody() {
    shell.inRepository("shop", "main").set("EPOCH_AUTHOR_NAME", null);
    shell.set("EPOCH_AUTHOR_EMAIL", null);
    server.on("POST /commits", 201, COMMIT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "commit -m m",
        "merge x",
        "merge --continue",
        "revert HEAD",
        "cherry-pick x",
        "rebase main",
        "stash"
      })
  void whatCommitsNeedsAName(String command) {
    fails(
        4,
        "error: nobody is named who commits\n"
            + "hint: 'epoch config set --global author.name \"Your Name\"' and 'author.email', or"
            + " 'git config --global user.name' and 'user.email', say it for good; --author-name"
            + " and EPOCH_AUTHOR_NAME for once\n",
        command.split(" "));
    assertThat(server.requests()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"merge x --dry-run", "merge --abort", "revert --abort", "stash list"})
  void whatDoesNotCommitNeedsNone(String command) {
    server.otherwise("{\"stashes\": [], \"status\": \"ok\"}");

    assertThat(shell.run(command.split(" ")).exitCode()).isZero();
  }

  @Test
  void aTerminalIsAskedOnce() throws IOException {
    shell.onTerminal().type("Ada Lovelace\nada@example.com\n").set("NO_COLOR", "1");

    Shell.Result first = shell.run("commit", "-m", "m");
    shell.breakInput();
    Shell.Result second = shell.run("commit", "-m", "m");

    Path kept = shell.home().resolve(".config/epoch/config.toml");
    assertThat(first.err())
        .isEqualTo(
            "Who commits? It is asked once.\nYour name: Your e-mail address: Kept in "
                + kept
                + "; 'epoch config set author.name' changes it\n");
    assertThat(second.err()).isEmpty();
    assertThat(Files.readString(kept)).contains("Ada Lovelace");
    assertThat(server.requests("POST /commits"))
        .hasSize(2)
        .allSatisfy(request ->
            assertThat(request.body().toString())
                .contains("\"author_name\":\"Ada Lovelace\"", "ada@example.com"))
        .allSatisfy(
            request -> assertThat(request.headers()).containsEntry("X-User-Name", "Ada Lovelace"));
  }

  @Test
  void theAnswerIsKeptWhereItIsRead() {
    shell.write("epoch.toml", "[defaults]\nformat = \"text\"\n");
    shell.onTerminal().type("Ada\n\n").set("NO_COLOR", "1");

    assertThat(shell.run("commit", "-m", "m").exitCode()).isZero();

    assertThat(shell.read(".epoch/config")).contains("[author]\nname = \"Ada\"\n");
    shell.breakInput();
    assertThat(shell.run("commit", "-m", "m").exitCode()).isZero();
  }

  @Test
  void noAnswerIsNoAuthor() {
    shell.onTerminal().type("\n");

    assertThat(shell.run("commit", "-m", "m").exitCode()).isEqualTo(4);
    assertThat(server.requests("POST /commits")).isEmpty();
  }

  @Test
  void aKeyHasAName() {
    shell.set("EPOCH_API_KEY", "k");

    assertThat(shell.run("commit", "-m", "m").exitCode()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', Author: anonymous",
    "Ada, '', Author: Ada",
    "'', a@b, Author: <a@b>",
    "Ada, a@b, Author: Ada <a@b>"
  })
  void authorsArePrintedAsFarAsTheyAreKnown(String name, String email, String line) {
    server.on(
        "GET /commits/main",
        "{\"id\": \"abc123f456\", \"message\": \"m\", \"author_name\": \"%s\", \"author_email\": \"%s\","
                .formatted(name, email)
            + " \"created_at\": \"2025-01-02T03:04:05Z\", \"parents\": [], \"tables\": []}");

    assertThat(shell.run("show", "main").out().lines()).contains(line);
  }

  /** What nobody has done without a name is taken back without one. */
  @ParameterizedTest
  @CsvSource({"'', anonymous", "ci, ci"})
  void undoFindsTheMovesOfWhoAsks(String key, String actor) {
    shell.set("EPOCH_API_KEY", key);
    server.on("GET /auth/whoami", "{\"key\": \"ci\"}");
    server.on(
        "GET /reflog",
        """
        {"entries": [{"position": 7, "branch": "x", "command": "branch create", "to": "aaaa",
          "actor": {"id": "%s", "name": "", "email": ""}, "time": "2024-01-01T00:00:00Z"}]}
        """
            .formatted(actor));

    prints("Would take back branch create on x\n", "undo", "--dry-run");
  }
}

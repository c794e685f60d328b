package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.Shell;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The shell's author is {@code you@example.com}. */
class UndoCommandTest extends CommandTest {

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "feature");
    server.on("GET /repositories/shop", "{\"name\": \"shop\", \"default_branch\": \"main\"}");
  }

  private static String move(
      int position, String email, String branch, String command, String ids) {
    return """
    {"position": %d, "branch": "%s", "command": "%s", %s, "message": "Work",
     "actor": {"id": "%s", "name": "Somebody", "email": "%s"}, "time": "2024-01-01T00:00:00Z"}
    """
        .formatted(position, branch, command, ids, email, email);
  }

  /** What the reflog answers to the next commands; the answers of before are over by then. */
  private void moves(String... moves) {
    server.forget("GET /reflog");
    server.on("GET /reflog", "{\"entries\": [" + String.join(",", moves) + "], \"next\": null}");
  }

  private static String mine(String branch, String command) {
    return move(
        7, "you@example.com", branch, command, "\"from\": \"aaaaaaa1\", \"to\": \"bbbbbbb1\"");
  }

  @Test
  void theChangesOfACommitStay() {
    moves(mine("feature", "commit"));
    server.on(
        "POST /branches/feature/reset",
        "{\"head\": \"aaaaaaa1\", \"former_head\": \"bbbbbbb1\", \"saved\": null}");

    prints("Took back commit on feature: Work\nfeature is now at aaaaaaa\n", "undo");

    assertThat(server.request("POST /branches/feature/reset").body().toString())
        .isEqualTo("{\"target\":\"aaaaaaa1\",\"mode\":\"soft\"}");
  }

  @Test
  void mergesAndCommitsOnRequestGoWithTheirRows() {
    server.on(
        "POST /branches/main/reset",
        "{\"head\": \"aaaaaaa1\", \"former_head\": \"bbbbbbb1\", \"saved\": \"ccccccc1\"}");
    moves(mine("main", "commit"));
    assertThat(shell.run("undo").exitCode()).isEqualTo(4);
    assertThat(server.requests("POST /branches/main/reset")).isEmpty();

    assertThat(shell.run("undo", "--hard").err())
        .isEqualTo("hint: uncommitted changes are in commit ccccccc\n");
    moves(mine("main", "merge"));
    assertThat(shell.run("undo").exitCode()).isZero();
    assertThat(server.requests("POST /branches/main/reset"))
        .hasSize(2)
        .allSatisfy(sent -> assertThat(sent.body().path("mode").asText()).isEqualTo("hard"));
  }

  @Test
  void aRebaseIsOneCommand() {
    server.on(
        "POST /branches/feature/reset",
        "{\"head\": \"aaaaaaa1\", \"former_head\": \"ddddddd1\", \"saved\": null}");
    String me = "you@example.com";
    String pick = "rebase (pick)";
    moves(
        move(9, me, "feature", pick, "\"from\": \"ccccccc1\", \"to\": \"ddddddd1\""),
        move(8, me, "feature", pick, "\"from\": \"bbbbbbb1\", \"to\": \"ccccccc1\""),
        move(7, me, "feature", "rebase", "\"from\": \"aaaaaaa1\", \"to\": \"bbbbbbb1\""),
        move(6, me, "feature", "commit", "\"from\": \"0000001\", \"to\": \"aaaaaaa1\""));

    prints("Took back rebase on feature\nfeature is now at aaaaaaa\n", "undo");

    assertThat(server.request("POST /branches/feature/reset").body().toString())
        .isEqualTo("{\"target\":\"aaaaaaa1\",\"mode\":\"hard\"}");
  }

  @Test
  void branchesAreMadeAndDeletedAgain() {
    server.on("DELETE /branches/x", 204, "");
    server.on("POST /branches", 201, "{\"name\": \"x\"}");
    moves(move(7, "you@example.com", "x", "branch create", "\"from\": null, \"to\": \"bbbbbbb1\""));
    prints("Took back branch create on x: Work\n", "undo");
    assertThat(server.request("DELETE /branches/x").query()).containsEntry("force", "false");

    moves(move(7, "you@example.com", "x", "branch delete", "\"from\": \"bbbbbbb1\", \"to\": null"));
    prints("Took back branch delete on x: Work\n", "undo");
    assertThat(server.request("POST /branches").body().path("start_point").asText())
        .isEqualTo("bbbbbbb1");
  }

  @Test
  void aDeletedBranchIsWhatItWas() {
    server.on("POST /branches", "{\"name\": \"x\", \"head\": \"bbbbbbb1\"}");
    String ids =
        "\"from\": \"bbbbbbb1\", \"to\": null, \"own_sequences\": true, \"schema_only\": true";
    moves(move(7, "you@example.com", "x", "branch delete", ids));

    prints("Took back branch delete on x: Work\n", "undo");

    assertThat(server.request("POST /branches").body().path("own_sequences").asBoolean()).isTrue();
    assertThat(server.request("POST /branches").body().path("schema_only").asBoolean()).isTrue();
  }

  @Test
  void nobodyStaysOnABranchThatIsGone() {
    server.on("DELETE /branches/feature", 204, "");
    moves(move(7, "you@example.com", "feature", "branch create", "\"from\": null, \"to\": \"b\""));

    shell.run("undo");

    assertThat(shell.read(".epoch/HEAD")).isEqualTo("ref: refs/heads/main\n");
  }

  @Test
  void whatOthersDidSinceStays() {
    moves(
        move(9, "ann@example.com", "feature", "merge", "\"from\": \"b\", \"to\": \"c\""),
        mine("feature", "commit"));

    Shell.Result result = shell.run("undo");

    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(result.err()).startsWith("error: Somebody has moved 'feature' since: merge\n");
  }

  @Test
  void whoHasMovedNothingIsTold() {
    moves(move(9, "ann@example.com", "feature", "merge", "\"from\": \"b\", \"to\": \"c\""));
    fails(1, "error: you have not moved a branch lately\n", "undo");

    moves(move(7, "you@example.com", "main", "commit", "\"from\": null, \"to\": \"b\""));
    fails(4, "error: there is nothing before the first commit of 'main'\n", "undo");
  }

  @Test
  void aLookChangesNothing() {
    moves(mine("feature", "commit"));

    prints("Would take back commit on feature: Work\n", "undo", "--dry-run");

    assertThat(server.requests()).noneMatch(sent -> sent.line().startsWith("POST"));
  }
}

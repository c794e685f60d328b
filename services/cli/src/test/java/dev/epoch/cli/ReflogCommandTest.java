package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReflogCommandTest extends CommandTest {

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "feature");
    server.on(
        "GET /reflog",
        """
        {"entries": [
           {"position": 9, "branch": "feature", "command": "commit", "from": "bbbbbbbb",
            "to": "cccccccc", "message": "third\\n\\nlong", "actor": {"id": "ann", "name": "Ann"}},
           {"position": 7, "branch": "feature", "command": "fast_forward", "from": "aaaaaaaa",
            "to": "bbbbbbbb", "message": null, "actor": {"id": "bob", "name": "Bob"}},
           {"position": 5, "branch": "feature", "command": "branch create", "from": null,
            "to": "aaaaaaaa", "message": "main", "actor": {"id": "ann", "name": "Ann"}}],
         "next": null}
        """);
  }

  @Test
  void showsWhereTheBranchWas() {
    prints(
        """
        ccccccc feature@{0}: commit: third (Ann)
        bbbbbbb feature@{1}: fast_forward (Bob)
        aaaaaaa feature@{2}: branch create: main (Ann)
        """,
        "reflog");
    assertThat(server.request("GET /reflog").query()).containsEntry("branch", "feature");
    assertThat(shell.run("reflog", "--all").out()).contains("ccccccc feature: commit: third (Ann)");
    assertThat(server.requests("GET /reflog").getLast().query()).doesNotContainKey("branch");
    shell.run("reflog", "main", "-2");
    assertThat(server.requests("GET /reflog").getLast().query())
        .containsEntry("branch", "main")
        .containsEntry("limit", "2");
    fails(2, "error: --all and a branch make no sense together\n", "reflog", "--all", "main");
  }

  @Test
  void aMoveIsARef() {
    server.on("GET /commits", "{\"commits\": [], \"total\": 0, \"has_more\": false}");

    shell.run("log", "feature@{1}~2");
    assertThat(server.requests("GET /commits").getLast().query())
        .containsEntry("ref", "bbbbbbbb~2");
    shell.run("log", "@{0}..main");
    assertThat(server.requests("GET /commits").getLast().query())
        .containsEntry("ref", "cccccccc..main");
    fails(3, "error: branch 'feature' has not moved 3 times\n", "log", "feature@{3}");
  }
}

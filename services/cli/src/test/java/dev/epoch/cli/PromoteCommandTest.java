package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.Shell;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PromoteCommandTest extends CommandTest {

  @BeforeEach
  void aFile() throws IOException {
    shell.inRepository("shop", "staging");
    Files.writeString(
        shell.folder().resolve("promotion.yaml"),
        """
        repository: shop
        environments:
          - name: staging
          - name: production
            branch: main
            from: staging
            approvals: 1
        """);
    server.on(
        "GET /branches",
        """
        {"branches": [{"name": "staging", "head_commit_id": "aaaaaaaaaaaa"},
          {"name": "main", "head_commit_id": "bbbbbbbbbbbb"}]}
        """);
    server.on("GET /branches/staging/reviews", "{\"reviews\": []}");
    server.on("GET /branches/staging", "{\"head_commit_id\": \"aaaaaaaaaaaa\"}");
    server.on(
        "GET /branches/compare",
        "{\"ahead_count\": 1, \"behind_count\": 0, \"merge_base_id\": \"dddddddddddd\"}");
    server.on(
        "GET /commits/diff",
        """
        {"total_inserts": 2, "total_updates": 0, "total_deletes": 0,
         "tables": [{"table": "orders", "schema_changed": false}]}
        """);
    server.on(
        "GET /reflog",
        "{\"entries\": [{\"to\": \"aaaaaaaaaaaa\", \"time\": \"2026-01-01T00:00:00Z\"}]}");
    server.on("POST /commits/aaaaaaaaaaaa/statuses", 201, "{}");
    server.on(
        "POST /branches/merge",
        "{\"result_commit_id\": \"cccccccccccc\", \"conflict_tables\": []}");
  }

  private void statuses(String statuses) {
    server.on("GET /commits/aaaaaaaaaaaa/statuses", "{\"statuses\": " + statuses + "}");
  }

  @Test
  void aPlanShowsWhatIsHeldAndWhy() {
    statuses("[]");

    Shell.Result plan = shell.run("promote", "plan");

    assertThat(plan.exitCode()).isEqualTo(1);
    assertThat(plan.out())
        .isEqualTo(
            """
            staging (staging): nothing is promoted to it
            production (main <- staging): held
              commit  aaaaaaa, 1 to promote
              changes 2 inserted, 0 updated, 0 deleted in orders
              drift   orders
              - waits for approval: 0 of 1
            """);
    assertThat(server.requests("POST /branches/merge"))
        .allMatch(request -> request.body().path("dry_run").asBoolean());
  }

  @Test
  void applyMakesWhatIsReady() {
    statuses(
        """
        [{"context": "epoch/approval/production", "state": "success", "actor": "ann",
          "actor_name": "Ann", "created_at": "2026-01-01T00:00:00Z", "description": null}]
        """);

    Shell.Result applied = shell.run("promote", "apply");

    assertThat(applied.exitCode()).isZero();
    assertThat(applied.out()).contains("production (main <- staging): promoted");
    assertThat(server.requests("POST /branches/merge").getLast().body().toString())
        .contains("\"promotion\":true", "\"expected_head\":\"bbbbbbbbbbbb\"");
  }

  @Test
  void approvesACommit() {
    server.on("GET /commits/aaaaaaaaaaaa", "{\"id\": \"aaaaaaaaaaaa\"}");

    prints("Approved aaaaaaa for production\n", "promote", "approve", "production");

    assertThat(server.request("POST /commits/aaaaaaaaaaaa/statuses").body().toString())
        .contains("epoch/approval/production", "success");
  }

  @Test
  void aWrongFileIsTold() {
    fails(
        2,
        "error: Cannot read " + shell.folder().resolve("missing.yaml") + "\n",
        "promote",
        "plan",
        "--file",
        "missing.yaml");
    fails(2, "error: give one of plan, apply, status, approve, rollback\n", "promote");
  }
}

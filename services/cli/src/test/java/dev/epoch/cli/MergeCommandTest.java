package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MergeCommandTest extends CommandTest {

  private static final String MERGED =
      """
      {"source_branch": "x", "target_branch": "main", "is_fast_forward": false,
       "has_conflicts": false, "conflict_count": 0, "result_commit_id": "ghi789j00"}
      """;

  private static final String CONFLICT =
      """
      {"error": "MergeConflictError", "message": "Merge conflict in 1 table(s)",
       "details": {"conflict_tables": ["customers"], "conflict_count": 1}}
      """;

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
  }

  private String sentBy(String... command) {
    shell.run(command);
    return server.requests("POST /branches/merge").getLast().body().toString();
  }

  @Test
  void aRebaseWithNothingToDoSaysSo() {
    server
        .on(
            "POST /branches/main/rebase",
            """
            {"source_branch": "main", "target_branch": "main", "up_to_date": true,
             "result_commit_id": "ghi789j00"}
            """)
        .on(
            "POST /branches/main/rebase",
            """
            {"source_branch": "main", "target_branch": "main", "up_to_date": false,
             "result_commit_id": "ghi789j00"}
            """);

    prints("Current branch main is up to date.\n", "rebase", "v1");
    prints("Rebased main onto v1 (commit: ghi789j)\n", "rebase", "v1");
  }

  @Test
  void mergesThatWaitAreAskedForListedAndWithdrawn() {
    shell.inRepository("shop", "main");
    server.on(
        "POST /merge-requests",
        202,
        "{\"status\": \"requested\", \"commit_id\": \"abcdef1234\", \"waits_for\": \"0 of 1 approval(s)\"}");
    server.on(
        "GET /merge-requests",
        "{\"requests\": [{\"target\": \"main\", \"source\": \"x\", \"commit_id\": \"abcdef1234\", \"actor\": {\"name\": \"Ann\"}, \"waits_for\": \"its turn\"}]}");
    server.on("DELETE /merge-requests", 204, "");

    prints(
        "x at abcdef1 will be merged into main; waits for: 0 of 1 approval(s)\n",
        "merge",
        "x",
        "--auto",
        "-m",
        "Go");
    assertThat(server.request("POST /merge-requests").body().toString())
        .isEqualTo("{\"source\":\"x\",\"target\":\"main\",\"message\":\"Go\"}");
    prints(
        """
        TARGET  SOURCE  COMMIT   ASKED BY  WAITS FOR
        main    x       abcdef1  Ann       its turn
        """,
        "merge",
        "--auto");
    prints("x is not merged into main by itself any more\n", "merge", "x", "--cancel-auto");
    assertThat(shell.run("merge", "x", "--auto", "--no-commit").exitCode()).isEqualTo(2);
    assertThat(shell.run("merge", "--cancel-auto").exitCode()).isEqualTo(2);
  }

  @Test
  void sendsEveryOption() {
    server.on("POST /branches/merge", MERGED);

    assertThat(sentBy("merge", "x", "--strategy", "ours")).contains("\"strategy\":\"OURS\"");
    assertThat(sentBy("merge", "x", "--strategy", "theirs")).contains("\"strategy\":\"THEIRS\"");
    assertThat(sentBy("merge", "x", "--strategy", "default"))
        .contains("\"strategy\":\"THREE_WAY\"");
    assertThat(sentBy("merge", "x", "--strategy", "fast-forward"))
        .contains("\"strategy\":\"FAST_FORWARD\"");
    assertThat(
            sentBy(
                "merge",
                "x",
                "--no-commit",
                "--message",
                "Hello",
                "--fail-on-conflict",
                "--allow-unrelated",
                "--dry-run"))
        .isEqualTo(
            "{\"source\":\"x\",\"target\":\"main\","
                + "\"message\":\"Hello\",\"no_commit\":true,\"dry_run\":true,"
                + "\"fail_on_conflict\":true,\"allow_unrelated\":true}");
    fails(
        2,
        "error: unknown strategy 'mine'; known: default, ours, theirs, fast-forward\n",
        "merge",
        "x",
        "--strategy",
        "mine");
    fails(2, "error: give a branch to merge, or --continue, or --abort\n", "merge");
    fails(2, "error: give a branch to merge, or --continue, or --abort\n", "merge", "x", "--abort");
  }

  @Test
  void saysWhatHappened() {
    server
        .on("POST /branches/merge", "{\"up_to_date\": true, \"result_commit_id\": \"ghi789j00\"}")
        .on("POST /branches/merge", "{\"up_to_date\": false, \"result_commit_id\": null}");

    prints("Already up to date.\n", "merge", "x");
    prints(
        "Automatic merge went well; stopped before committing as requested\n",
        "merge",
        "x",
        "--no-commit");
  }

  @Test
  void tellsOfLiveChangesThatWereCommittedFirst() {
    server.on(
        "POST /branches/merge",
        MERGED.replace("\"conflict_count\"", "\"live_commit\": \"abc123400\", \"conflict_count\""));

    prints(
        """
        Committed live changes of main: abc1234
        Merged x into main (commit: ghi789j)
        """,
        "merge",
        "x");
    assertThat(sentBy("merge", "x", "--no-live-commit")).contains("\"live_changes\":\"refuse\"");
  }

  @Test
  void changesSettingsOfARepository() {
    server.on("PATCH /repositories/shop", "{\"name\": \"shop\"}");

    prints(
        "Changed repository 'shop'\n",
        "repo",
        "set",
        "--live-commits",
        "interval",
        "--every",
        "5",
        "--live-changes",
        "refuse");

    assertThat(server.request("PATCH /repositories/shop").body().toString())
        .isEqualTo(
            "{\"live_changes\":\"refuse\",\"live_commits\":{\"policy\":\"interval\",\"every\":5}}");
    fails(2, "error: --every goes with --live-commits\n", "repo", "set", "--every", "5");
  }

  @Test
  void previewsWhatAMergeWouldBring() {
    server.on("POST /branches/merge", MERGED);
    server.on(
        "GET /branches/compare",
        "{\"ahead_count\": 1, \"behind_count\": 1, \"merge_base_id\": \"base1\"}");
    server.on("GET /commits/diff", "{\"tables\": [{\"table\": \"users\", \"updated\": 2}]}");

    prints(
        """
        Would merge x into main

        Modified: users
          Record changes:
            ~ 2 records modified
        """,
        "merge",
        "x",
        "--dry-run");

    assertThat(server.request("GET /commits/diff").query())
        .containsEntry("base", "base1")
        .containsEntry("target", "x");
  }

  @Test
  void newConflictsOfAnOpenMergeAreNamed() {
    server.on("GET /status", "{\"branch\": \"main\", \"merge\": {\"source\": \"x\"}}");
    server.on("POST /branches/merge/continue", 409, CONFLICT);
    server.on("GET /conflicts", "{\"conflicts\": [], \"total\": 1, \"unresolved\": 1}");

    var result = shell.run("merge", "--continue");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out())
        .isEqualTo(
            """
            CONFLICT: Merge conflict in customers
            Automatic merge failed; fix conflicts and then commit.
            """);
  }

  @Test
  void doesNotLookForAMergeThatWasNotLeftOpen() {
    server.on("POST /branches/merge", 409, CONFLICT);

    var refused = shell.run("merge", "x", "--fail-on-conflict");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.out())
        .isEqualTo(
            """
            CONFLICT: Merge conflict in customers
            Merge refused because of conflicts; nothing was changed.
            """);
    var tried = shell.run("merge", "x", "--dry-run");
    assertThat(tried.exitCode()).isEqualTo(1);
    assertThat(tried.out())
        .isEqualTo(
            """
            CONFLICT: Merge conflict in customers
            Automatic merge would fail; nothing was changed.
            """);
    assertThat(server.requests("GET /conflicts")).isEmpty();
  }

  @Test
  void aTargetThatRefusesConflictsIsSaidToDoSo() {
    server.on(
        "POST /branches/merge",
        409,
        CONFLICT.replace("\"conflict_count\"", "\"open\": false, \"conflict_count\""));

    assertThat(shell.run("merge", "x").err())
        .isEqualTo(
            "hint: main is set to refuse them; '--strategy default' leaves the merge open\n");
  }

  @Test
  void showsBothDefinitionsOfAConstraint() {
    server.on("POST /branches/merge", 409, CONFLICT);
    server.on(
        "GET /conflicts",
        """
        {"conflicts": [{"table": "customers", "constraint": "chk_customers_email", "fields": [
           {"name": "definition", "base": "CHECK (email ~ '@')",
            "ours": "CHECK (length(email) > 3)", "theirs": "CHECK (email LIKE '%@%.%')"}]}],
         "total": 1, "unresolved": 1}
        """);

    var result = shell.run("merge", "feature/add-phone");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out())
        .isEqualTo(
            """
            CONFLICT (constraint): chk_customers_email modified in both branches

            On main:
              CHECK (length(email) > 3)

            On feature/add-phone:
              CHECK (email LIKE '%@%.%')

            Automatic merge failed. Fix conflicts and commit.
            """);
  }

  @Test
  void namesOtherPartsOfASchemaAsTheyAreResolved() {
    server.on("POST /branches/merge", 409, CONFLICT);
    server.on(
        "GET /conflicts",
        """
        {"conflicts": [{"table": "customers", "constraint": "fax", "type": "type_mismatch",
          "fields": [{"name": "column definition", "base": "fax text", "ours": "fax integer",
            "theirs": "fax bigint"}]}], "total": 1, "unresolved": 1}
        """);

    assertThat(shell.run("merge", "x").out())
        .startsWith("CONFLICT (column): customers.fax modified in both branches\n");
    assertThat(shell.run("conflicts").out()).contains("\"epoch resolve customers.fax\"");
  }

  @Test
  void jsonOfConflictsIsWhatTheServerSent() {
    server.on("POST /branches/merge", 409, CONFLICT);

    var result = shell.run("merge", "x", "--format", "json");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).contains("\"conflict_count\": 1");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void otherConflictsOfStateAreErrors() {
    server.on(
        "POST /branches/merge",
        409,
        "{\"error\": \"MergeInProgressError\", \"message\": \"a merge is open\"}");

    fails(4, "error: a merge is open\n", "merge", "x");
  }
}

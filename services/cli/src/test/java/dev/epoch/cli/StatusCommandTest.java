package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusCommandTest extends CommandTest {

  private static final String CHANGED =
      """
      {"branch": "main", "commit_id": "abc123f", "clean": false,
       "staged": [{"table": "users", "inserted": 2, "updated": 1, "deleted": 0,
                   "schema_changed": true, "schema_changes": ["+ column tier (text)"]}],
       "unstaged": [{"table": "orders", "inserted": 0, "updated": 0, "deleted": 1,
                     "schema_changed": false},
                    {"table": "prices", "inserted": 7, "updated": 0, "deleted": 0,
                     "schema_changed": false, "change_type": "added"},
                    {"table": "users", "inserted": 0, "updated": 1, "deleted": 0}],
       "merge": null}
      """;

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
  }

  @Test
  void listsWhatIsStagedAndWhatIsNot() {
    server.on("GET /status", CHANGED);

    prints(
        """
        On branch main

        Changes to be committed:
          (use "epoch unstage <table>..." to unstage)

          modified:   users (2 records added, 1 record modified)
              schema changed: + column tier (text)

        Changes not staged for commit:
          (use "epoch stage <table>..." to choose what will be committed)

          modified:   orders (1 record deleted)
          new table:  prices (7 records added)
          modified:   users (1 record modified)
        """,
        "status");
  }

  @Test
  void shortFormsAreLikeThoseOfGit() {
    server.on("GET /status", CHANGED);

    String expected =
        """
         M orders
         A prices
        MM users
        """;
    prints(expected, "status", "--short");
    prints(expected, "status", "-s");
    prints(expected, "status", "--porcelain");
    shell.onTerminal();
    prints(expected, "status", "--porcelain");
    assertThat(shell.run("status", "--short").out()).contains("\u001b[31mM\u001b[0m orders");
    assertThat(shell.set("NO_COLOR", "1").run("status", "--short").out()).isEqualTo(expected);
  }

  @Test
  void listsTablesThatWereMadeOnTheBranch() {
    server.on(
        "GET /status",
        """
        {"branch": "feature/x", "commit_id": "abc123f", "clean": true, "staged": [], "unstaged": [],
         "untracked": ["notes", "tags"],
         "unrecorded": ["function public.audit()", "view public.spend"], "merge": null}
        """);

    prints(
        """
        On branch feature/x

        Untracked tables:
          (use "epoch table add <table>... --branch feature/x" to version what was made on the branch)

          notes
          tags

        Views and functions that no commit has recorded:
          (use "epoch commit --include-schema": merges bring what is recorded)

          function public.audit()
          view public.spend

        nothing to commit, but untracked tables are there
        """,
        "status");
    prints("?? notes\n?? tags\n", "status", "--porcelain");
  }

  @Test
  void remindsThatACommitTakesEverythingWhenNothingIsStaged() {
    server.on(
        "GET /status",
        """
        {"branch": "main", "commit_id": null, "clean": false, "staged": [],
         "unstaged": [{"table": "orders", "inserted": 1}]}
        """);

    prints(
        """
        On branch main

        No commits yet

        Changes not staged for commit:
          (use "epoch stage <table>..." to choose what will be committed)

          modified:   orders (1 record added)

        nothing staged: "epoch commit" takes every change
        """,
        "status");
  }

  @Test
  void countsConflictsOfEveryTable() {
    server.on(
        "GET /status",
        """
        {"branch": "main", "commit_id": "a", "staged": [], "unstaged": [],
         "merge": {"source": "x", "conflicts": 4}}
        """);
    server
        .on(
            "GET /conflicts",
            """
            {"conflicts": [
               {"table": "users", "key": {"id": 1}, "fields": [{"name": "a"}, {"name": "b"}]},
               {"table": "users", "key": {"id": 2}, "fields": [{"name": "a", "resolved": true}]},
               {"table": "users", "key": {"id": 3}, "fields": [{"name": "a"}], "resolved": true}],
             "total": 5, "unresolved": 3, "next": "p2"}
            """)
        .on(
            "GET /conflicts",
            """
            {"conflicts": [
               {"table": "orders", "key": {"id": 9}, "type": "modify/delete", "fields": []},
               {"table": "customers", "constraint": "chk_email",
                "fields": [{"name": "definition", "base": "x", "ours": "y", "theirs": "z"}]}],
             "total": 5, "unresolved": 3, "next": null}
            """);

    prints(
        """
        On branch main
        You have unmerged paths.
          (fix conflicts and run "epoch merge --continue")
          (use "epoch merge --abort" to abort the merge)

        Unmerged paths:
          both modified:   users (2 conflicts)
          both modified:   orders (1 conflict)

        Constraint conflicts:
          (use "epoch resolve <constraint>" to mark resolution)

          both modified:   customers.chk_email
        """,
        "status");
    assertThat(server.requests("GET /conflicts"))
        .extracting(request -> request.query().get("after"))
        .containsExactly(null, "p2");
  }

  @Test
  void aRebaseThatStoppedSaysHowItGoesOn() {
    server
        .on(
            "GET /status",
            "{\"branch\": \"main\", \"commit_id\": \"c\", \"merge\": {\"source\": \"1234567\","
                + " \"verb\": \"rebase\"}, \"replay\": {\"verb\": \"rebase\", \"next\":"
                + " \"12345678\", \"remaining\": 2}}")
        .on(
            "GET /conflicts",
            """
            {"conflicts": [{"table": "users", "key": {"id": 1}, "fields": [{"name": "a"}]}],
             "total": 1, "unresolved": 1, "next": null}
            """);

    prints(
        """
        On branch main
        You are currently rebasing: stopped at 1234567, with 2 commits to go.
        You have unmerged paths.
          (fix conflicts and run "epoch rebase --continue")
          (use "epoch rebase --skip" to leave this commit out)
          (use "epoch rebase --abort" to abort the rebase)

        Unmerged paths:
          both modified:   users (1 conflict)
        """,
        "status");

    fails(
        4,
        "error: no merge is in progress on 'main', but a rebase\nhint: 'epoch rebase --abort'\n",
        "merge",
        "--abort");

    server.on(
        "POST /branches/merge/skip",
        409,
        "{\"error\": \"MergeConflictError\", \"message\": \"Conflict\", \"details\":"
            + " {\"conflict_tables\": [\"users\"], \"conflict_count\": 1, \"open\": true}}");
    server.on(
        "GET /commits/12345678", "{\"id\": \"12345678\", \"message\": \"New names\\nof all\"}");
    assertThat(shell.run("rebase", "--skip").out())
        .isEqualTo(
            """
            CONFLICT: users
            rebase stopped at conflicts of 1234567 (New names). Resolve them (epoch conflicts show), \
            then 'epoch rebase --continue', or --skip, or --abort.
            """);

    server.on(
        "POST /branches/merge/abort",
        409,
        "{\"error\": \"NoMergeInProgressError\", \"message\": \"No merge is in progress\"}");
    fails(
        4,
        "error: no rebase is in progress on 'main'\nhint: 'epoch rebase <commit>' begins one\n",
        "rebase",
        "--abort");
  }

  @Test
  void aReplayThatAHookStoppedSaysHowItGoesOn() {
    server.on(
        "GET /status",
        """
        {"branch": "x", "commit_id": "c", "merge": null,
         "replay": {"verb": "cherry_pick", "next": "1234567", "remaining": 2}}
        """);

    prints(
        """
        On branch x
        You are currently cherry-picking, with 2 commits to go.
          (use "epoch cherry-pick --continue" to go on)
          (use "epoch cherry-pick --skip" to leave the next commit out)
          (use "epoch cherry-pick --abort" to abort the cherry-pick)
        nothing to commit, working tree clean
        """,
        "status");
  }

  @Test
  void jsonIsWhatTheServerSent() {
    server.on("GET /status", "{\"branch\":\"main\",\"clean\":true,\"future\":1.50}");

    prints(
        """
        {
          "branch": "main",
          "clean": true,
          "future": 1.50
        }
        """,
        "status",
        "--format",
        "json");
  }

  @Test
  void stagesAndUnstages() {
    server.on("GET /tables/users", "{\"name\": \"users\"}");
    server.on("POST /stage", "{\"status\": \"staged\", \"count\": 2}");
    server.on("POST /unstage", "{\"status\": \"unstaged\", \"count\": 1}");

    prints("Staged 2 tables\n", "stage");
    prints("Staged 2 tables\n", "stage", "users", "orders");
    prints("Unstaged 1 table\n", "unstage", "users");

    assertThat(server.requests("POST /stage"))
        .extracting(request -> request.body().toString())
        .containsExactly(
            "{\"branch\":\"main\"}", "{\"branch\":\"main\",\"tables\":[\"users\",\"orders\"]}");
    assertThat(server.request("POST /unstage").body().toString())
        .isEqualTo("{\"branch\":\"main\",\"tables\":[\"users\"]}");
  }
}

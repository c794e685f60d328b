package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.Shell;
import org.junit.jupiter.api.Test;

/**
 * The requests that the commands of the tutorials send, and how their answers are printed. That the
 * tutorials run as printed against a real server is shown by {@code TutorialsIT} of {@code qa}.
 */
class TutorialTest extends CommandTest {

  private static final String COMMIT =
      """
      {"id": "abc123f456789abcdef0123456789abcdef01234", "short_id": "abc123f45",
       "message": "Initial import of users table",
       "author_name": "Your Name", "author_email": "you@example.com",
       "created_at": "2025-12-12T10:30:00Z", "parent_count": 0, "parents": [],
       "tables": [{"table": "users", "inserted": 3, "updated": 0, "deleted": 0,
                   "schema_changed": true}],
       "stats": {"inserted": 3, "updated": 0, "deleted": 0}}
      """;

  @Test
  void initializesARepository() {
    server.on(
        "POST /repositories",
        201,
        """
        {"name": "my-first-repo", "default_branch": "main", "metadata_url": "postgresql://localhost/horizon_epoch"}
        """);

    prints(
        "Initialized repository 'my-first-repo' on branch 'main'\n",
        "init",
        "my-first-repo",
        "--metadata-url",
        "postgresql://localhost/horizon_epoch",
        "--description",
        "My first Horizon Epoch repository");

    assertThat(server.request("POST /repositories").body().toString())
        .isEqualTo(
            "{\"name\":\"my-first-repo\",\"description\":\"My first Horizon Epoch repository\","
                + "\"metadata_url\":\"postgresql://localhost/horizon_epoch\"}");
    assertThat(shell.read(".epoch/HEAD")).isEqualTo("ref: refs/heads/main\n");
    assertThat(shell.read(".epoch/config")).contains("repository_name = \"my-first-repo\"");
  }

  @Test
  void registersATable() {
    shell.inRepository("my-first-repo", "main");
    server.on(
        "POST /tables",
        201,
        """
        {"name": "users", "location": "postgresql://localhost/mydb/public.users",
         "primary_key": ["id"], "record_count": 3,
         "schema": {"columns": [
           {"name": "id", "type": "integer"},
           {"name": "name", "type": "character varying(255)"},
           {"name": "email", "type": "varchar(255)"},
           {"name": "created_at", "type": "timestamp without time zone"}]}}
        """);

    prints(
        """
        Registered table 'users' with 3 records
          Schema: id (int), name (text), email (text), created_at (timestamp)
          Primary key: id
        """,
        "table",
        "add",
        "users",
        "--location",
        "postgresql://localhost/mydb/public.users");

    var request = server.request("POST /tables");
    assertThat(request.body().toString())
        .isEqualTo(
            "{\"name\":\"users\",\"location\":\"postgresql://localhost/mydb/public.users\"}");
    assertThat(request.query())
        .containsEntry("repository", "my-first-repo")
        .containsEntry("branch", "main");
  }

  @Test
  void commits() {
    shell.inRepository("my-first-repo", "main");
    server.on("POST /commits", 201, COMMIT);

    prints(
        """
        Created commit abc123f
          1 table, 3 records
        """,
        "commit",
        "-m",
        "Initial import of users table");

    assertThat(server.request("POST /commits").body().toString())
        .isEqualTo(
            "{\"message\":\"Initial import of users table\",\"branch\":\"main\","
                + "\"author_name\":\"Your Name\",\"author_email\":\"you@example.com\"}");
  }

  @Test
  void showsTheLog() {
    shell.inRepository("my-first-repo", "main");
    server.on("GET /commits", "{\"commits\": [" + COMMIT + "], \"total\": 1, \"has_more\": false}");

    prints(
        """
        commit abc123f
        Author: Your Name <you@example.com>
        Date:   Fri Dec 12 10:30:00 2025

            Initial import of users table

            Tables: users
            Stats: 3 records added
        """,
        "log");

    assertThat(server.request("GET /commits").query())
        .containsEntry("ref", "main")
        .containsEntry("repository", "my-first-repo");
  }

  @Test
  void showsOneLinePerCommit() {
    shell.inRepository("my-first-repo", "feature/add-status-field");
    server.on(
        "GET /commits",
        """
        {"commits": [{"id": "def456g0000", "message": "Add status field to users table\\n\\nMore"},
                     {"id": "abc123f0000", "message": "Initial import of users table"}],
         "total": 2, "has_more": false}
        """);

    prints(
        """
        def456g Add status field to users table
        abc123f Initial import of users table
        """,
        "log",
        "--oneline");
  }

  @Test
  void showsWhatIsNotCommitted() {
    shell.inRepository("my-first-repo", "feature/add-status-field");
    server.on(
        "GET /commits/diff",
        """
        {"tables_changed": 1, "total_inserts": 0, "total_updates": 3, "total_deletes": 0,
         "tables": [{"table": "users", "inserted": 0, "updated": 3, "deleted": 0,
                     "schema_changed": true}]}
        """);
    server.on(
        "GET /schema/diff",
        """
        {"changes": [{"change_type": "added", "object_type": "column", "object_name": "status",
                      "table": "users", "details": {"type": "character varying(20)"}}]}
        """);

    prints(
        """
        Modified: users
          Schema changes:
            + status (varchar)
          Record changes:
            ~ 3 records modified (new field values)
        """,
        "diff");

    assertThat(server.request("GET /commits/diff").query())
        .containsEntry("base", "feature/add-status-field")
        .containsEntry("target", "feature/add-status-field")
        .containsEntry("working", "true");
  }

  @Test
  void createsAndSwitchesBranches() {
    shell.inRepository("my-first-repo", "main");
    server.on(
        "POST /branches", 201, "{\"name\": \"feature/x\", \"head_commit_id\": \"abc123f456\"}");
    server.on(
        "GET /branches",
        """
        {"branches": [{"name": "main", "head_commit_id": "abc123f456"},
                      {"name": "feature/x", "head_commit_id": "abc123f456"}], "current": "main"}
        """);
    server.on("DELETE /branches/feature%2Fx", 204, "");

    prints("Created branch 'feature/x' at abc123f\n", "branch", "create", "feature/x");
    prints("Switched to branch 'feature/x'\n", "checkout", "feature/x");
    assertThat(shell.read(".epoch/HEAD")).isEqualTo("ref: refs/heads/feature/x\n");
    prints("Already on 'feature/x'\n", "checkout", "feature/x");
    prints("  main\n* feature/x\n", "branch", "list");
    prints("Switched to branch 'main'\n", "checkout", "main");
    prints("Deleted branch feature/x (was abc123f).\n", "branch", "delete", "feature/x");

    assertThat(server.request("POST /branches").body().toString())
        .isEqualTo("{\"name\":\"feature/x\",\"start_point\":\"main\",\"checkout\":false}");
  }

  @Test
  void mergesFastForward() {
    shell.inRepository("my-first-repo", "main");
    server.on(
        "POST /branches/merge",
        """
        {"source_branch": "feature/simple-change", "target_branch": "main",
         "is_fast_forward": true, "has_conflicts": false, "conflict_count": 0,
         "result_commit_id": "def456ghi", "up_to_date": false}
        """);

    prints("Fast-forward merge: main -> def456g\n", "merge", "feature/simple-change");

    assertThat(server.request("POST /branches/merge").body().toString())
        .isEqualTo("{\"source\":\"feature/simple-change\",\"target\":\"main\"}");
  }

  private static final String CONFLICTS =
      """
      {"conflicts": [
         {"id": "1", "table": "users", "key": {"id": 42}, "type": "modify/modify", "resolved": false,
          "fields": [
            {"name": "email", "base": "alice@example.com", "ours": "alice@company.com",
             "theirs": "alice.smith@example.com"},
            {"name": "phone", "base": "555-0100", "ours": "555-0100", "theirs": "555-0199"}]},
         {"id": "2", "table": "users", "key": {"id": 87}, "type": "modify/modify", "resolved": false,
          "fields": [
            {"name": "status", "base": "active", "ours": "inactive", "theirs": "suspended"}]}],
       "total": 2, "unresolved": 2}
      """;

  @Test
  void stopsAtConflicts() {
    shell.inRepository("my-first-repo", "main");
    server.on(
        "POST /branches/merge",
        409,
        """
        {"error": "MergeConflictError", "message": "Merge conflict in 1 table(s)",
         "details": {"conflict_tables": ["users"], "conflict_count": 3}}
        """);
    server.on("GET /conflicts", CONFLICTS);
    server.on(
        "GET /status",
        """
        {"branch": "main", "commit_id": "abc123f", "clean": false, "staged": [], "unstaged": [],
         "merge": {"source": "feature/conflicting-changes", "conflicts": 2}}
        """);

    Shell.Result merge = shell.run("merge", "feature/conflicting-changes");
    assertThat(merge.out())
        .isEqualTo(
            """
            CONFLICT: Merge conflict in users
            Automatic merge failed; fix conflicts and then commit.
            """);
    assertThat(merge.exitCode()).isEqualTo(1);
    prints(
        """
        On branch main
        You have unmerged paths.
          (fix conflicts and run "epoch merge --continue")
          (use "epoch merge --abort" to abort the merge)

        Unmerged paths:
          both modified:   users (3 conflicts)
        """,
        "status");
    prints("UU users\n", "status", "--short");
  }

  @Test
  void concludesAndAbortsAMerge() {
    shell.inRepository("my-first-repo", "main");
    server.on(
        "GET /status",
        "{\"branch\": \"main\", \"commit_id\": \"abc123f\","
            + " \"merge\": {\"source\": \"feature/x\", \"conflicts\": 0}}");
    server.on("GET /conflicts", "{\"conflicts\": [], \"total\": 0, \"unresolved\": 0}");
    server.on("POST /branches/merge/continue", "{\"id\": \"ghi789hjk\", \"message\": \"m\"}");
    server.on("POST /branches/merge/abort", "{\"status\": \"aborted\"}");

    prints(
        "Merged feature/x into main (commit: ghi789h)\n", "merge", "--continue", "-m", "Resolved");
    prints("Merge aborted.\n", "merge", "--abort");
    prints(
        """
        On branch main
        All conflicts fixed but you are still merging.
          (use "epoch merge --continue" to conclude merge)
        """,
        "status");

    assertThat(server.request("POST /branches/merge/continue").body().toString())
        .isEqualTo("{\"branch\":\"main\",\"message\":\"Resolved\"}");
    assertThat(server.request("POST /branches/merge/abort").body().toString())
        .isEqualTo("{\"branch\":\"main\"}");
  }
}

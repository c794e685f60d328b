package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.Shell;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BranchCommandTest extends CommandTest {

  private static final String BRANCHES =
      """
      {"branches": [
         {"name": "main", "head_commit_id": "dddddddd", "is_protected": true,
          "created_at": "2024-12-01T00:00:00Z"},
         {"name": "feature", "head_commit_id": "ffffffff", "is_protected": false,
          "created_at": "2024-12-18T10:30:00Z"}],
       "current": "main"}
      """;

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "feature");
    server.on("GET /branches", BRANCHES);
    server.on("GET /repositories/shop", "{\"name\": \"shop\", \"default_branch\": \"main\"}");
  }

  @Test
  void branchesExpire() {
    String expiring =
        "{\"name\": \"pr-1\", \"head_commit_id\": \"abcdef1234\", \"expiry\": {\"at\": \"2024-03-01T10:00:00Z\", \"work\": true, \"held\": %s}}";
    server.forget("GET /branches");
    server.on("POST /branches", 201, expiring.formatted("null"));
    server.on("PATCH /branches/pr-1", expiring.formatted("null"));
    server.on(
        "GET /branches",
        "{\"branches\": [" + expiring.formatted("\"protected\"") + "], \"current\": \"main\"}");
    shell.inRepository("shop", "main");

    assertThat(shell.run("branch", "create", "pr-1", "--ttl", "7d", "--expire-work").out())
        .isEqualTo("Created branch 'pr-1' at abcdef1, expires Fri Mar 1 10:00:00 2024\n");
    assertThat(server.request("POST /branches").body().path("ttl").asText()).isEqualTo("7d");
    assertThat(server.request("POST /branches").body().path("expire_work").asBoolean()).isTrue();
    assertThat(shell.run("branch", "expire", "pr-1", "--ttl", "2w").out())
        .isEqualTo("Branch 'pr-1' expires Fri Mar 1 10:00:00 2024\n");
    assertThat(shell.run("branch", "list").out())
        .isEqualTo("  pr-1, expires Fri Mar 1 10:00:00 2024, kept: protected\n");
    shell.run("branch", "expire", "pr-1", "--never");
    assertThat(server.requests("PATCH /branches/pr-1").getLast().body().toString())
        .isEqualTo("{\"ttl\":\"\"}");
    assertThat(shell.run("branch", "expire", "pr-1").exitCode()).isEqualTo(2);
    assertThat(shell.run("branch", "create", "pr-1", "--expire-work").exitCode()).isEqualTo(2);
  }

  @Test
  void printsTheUrlOfABranch() {
    server.on(
        "GET /branches/feature/url",
        """
        {"name": "feature", "urls": [{"storage": "local", "database": "shop@feature",
          "url": "postgresql://app@localhost:6432/shop@feature",
          "jdbc_url": "jdbc:postgresql://localhost:6432/shop@feature?user=app"}]}
        """);
    prints("postgresql://app@localhost:6432/shop@feature\n", "branch", "url");
    prints(
        "jdbc:postgresql://localhost:6432/shop@feature?user=app\n",
        "branch",
        "url",
        "feature",
        "--jdbc",
        "--user",
        "app");
    assertThat(server.requests("GET /branches/feature/url").getLast().query())
        .containsEntry("user", "app");
  }

  @Test
  void marksTheBranchOfTheFolder() {
    prints("  main\n* feature\n", "branch");
    server.on("GET /tags", "{\"tags\": [{\"name\": \"v1\", \"commit_id\": \"dddddddd\"}]}");
    prints("  main\n* feature\n  tags/v1\n", "branch", "list", "--all");
    assertThat(shell.run("branch", "list", "--all", "--format", "json").out())
        .contains("\"tags\": [");
    fails(
        2,
        "error: --graph draws branches; --all is about the list\n",
        "branch",
        "list",
        "--all",
        "--graph");
    assertThat(shell.run("branch", "list", "--format", "json").out())
        .contains("\"current\": \"feature\"");
  }

  @Test
  void drawsHowBranchesRelate() {
    //   a--b--c--d main
    //       \
    //        e--f feature
    server.on(
        "GET /commits",
        """
        {"commits": [
           {"id": "ffffffff", "message": "six", "parents": ["eeeeeeee"]},
           {"id": "eeeeeeee", "message": "five", "parents": ["bbbbbbbb"]},
           {"id": "dddddddd", "message": "four", "parents": ["cccccccc"]},
           {"id": "cccccccc", "message": "three", "parents": ["bbbbbbbb"]},
           {"id": "bbbbbbbb", "message": "two", "parents": ["aaaaaaaa"]},
           {"id": "aaaaaaaa", "message": "one", "parents": []}],
         "total": 6, "has_more": false}
        """);

    prints(
        """
        * fffffff (HEAD -> feature) six
        | * ddddddd (main) four
        |/
        * bbbbbbb two
        * aaaaaaa one
        """,
        "branch",
        "list",
        "--graph");
    assertThat(server.request("GET /commits").query()).containsEntry("all", "true");
  }

  @Test
  void createsFromAnotherRef() {
    server.on("POST /branches", 201, "{\"name\": \"hotfix\", \"head_commit_id\": \"cccccccc\"}");

    prints(
        "Created branch 'hotfix' at ccccccc\n", "branch", "create", "hotfix", "--from", "HEAD~1");

    assertThat(server.request("POST /branches").body().toString())
        .isEqualTo("{\"name\":\"hotfix\",\"start_point\":\"feature~1\",\"checkout\":false}");
    assertThat(shell.read(".epoch/HEAD")).isEqualTo("ref: refs/heads/feature\n");
  }

  @Test
  void createsAndChecksOut() {
    server.on("POST /branches", 201, "{\"name\": \"new\", \"head_commit_id\": \"cccccccc\"}");

    prints("Switched to a new branch 'new'\n", "checkout", "-b", "new", "main");

    assertThat(server.request("POST /branches").body().toString())
        .isEqualTo("{\"name\":\"new\",\"start_point\":\"main\",\"checkout\":false}");
    assertThat(shell.read(".epoch/HEAD")).isEqualTo("ref: refs/heads/new\n");
  }

  @Test
  void doesNotCheckOutWhatIsNotThere() {
    fails(
        3,
        "error: Branch 'nope' not found\n"
            + "hint: epoch branch list, or 'epoch checkout -b nope' to create it\n",
        "checkout",
        "nope");
    assertThat(shell.read(".epoch/HEAD")).isEqualTo("ref: refs/heads/feature\n");
  }

  @Test
  void looksAtACommit() {
    // given
    String commit = "{\"id\": \"cccccccc\", \"message\": \"three\\nmore\", \"parents\": []}";
    server.on("GET /commits/v1", commit).on("GET /commits/cccccccc", commit);
    server.on("GET /commits/feature", "{\"id\": \"ffffffff\", \"message\": \"six\"}");
    server.on("GET /tags", "{\"tags\": [{\"name\": \"v1\", \"commit_id\": \"cccccccc\"}]}");
    server.on("GET /tables", "{\"tables\": []}");
    server.on("GET /commits/diff", "{\"tables\": []}");
    server.on("POST /query", "{\"columns\": [], \"rows\": []}");
    server.on("POST /branches", 201, "{\"name\": \"fix\", \"head_commit_id\": \"cccccccc\"}");

    // when
    Shell.Result result = shell.run("checkout", "v1");

    // then
    assertThat(result.out()).isEqualTo("HEAD is now at ccccccc three\n");
    assertThat(result.err())
        .isEqualTo(
            "Note: switching to 'v1', without a branch: HEAD is detached.\n"
                + "hint: 'epoch checkout -b <name>' makes a branch to work on; 'epoch checkout -'"
                + " goes back\n");
    assertThat(shell.read(".epoch/HEAD")).isEqualTo("cccccccc\n");
    prints(
        "HEAD detached at v1\n"
            + "nothing to commit: \"epoch checkout -b <name>\" makes a branch to work on\n",
        "status");
    prints("", "status", "--short");
    assertThat(shell.run("status", "--format", "json").out())
        .contains("\"branch\": null", "\"is_detached\": true");
    prints("* (HEAD detached at ccccccc)\n  main\n  feature\n", "branch");
    shell.run("query", "SELECT 1");
    assertThat(server.request("POST /query").body().path("ref").asText()).isEqualTo("cccccccc");
    shell.run("table", "list");
    assertThat(server.request("GET /tables").query()).containsEntry("ref", "cccccccc");
    shell.run("diff", "main");
    assertThat(server.request("GET /commits/diff").query())
        .containsEntry("target", "cccccccc")
        .doesNotContainEntry("working", "true");
    for (String writing :
        List.of(
            "commit -m m",
            "stage users",
            "unstage users",
            "merge main",
            "merge --abort",
            "stash",
            "reset --hard main",
            "revert main",
            "rebase main",
            "apply -",
            "import users - --as csv",
            "table refresh users",
            "branch rename x",
            "conflicts show")) {
      fails(
          4,
          "error: HEAD is detached at ccccccc: there is no current branch\n"
              + "hint: 'epoch checkout -b <name>' makes a branch of it; 'epoch checkout -' goes"
              + " back; --branch names a branch\n",
          writing.split(" "));
    }
    assertThat(shell.run("checkout", "-").err()).contains("Previous HEAD position was ccccccc");
    assertThat(shell.read(".epoch/HEAD")).isEqualTo("ref: refs/heads/feature\n");
    assertThat(shell.run("checkout", "-").out()).isEqualTo("HEAD is now at ccccccc three\n");
    prints("Switched to a new branch 'fix'\n", "checkout", "-b", "fix");
    assertThat(server.request("POST /branches").body().path("start_point").asText())
        .isEqualTo("cccccccc");
    shell.inRepository("shop", "feature");
    assertThat(shell.run("checkout", "--detach").out()).isEqualTo("HEAD is now at fffffff six\n");
  }

  @Test
  void nothingWasCheckedOutBefore() {
    fails(3, "error: nothing else was checked out here before\n", "checkout", "-");
    fails(2, "error: name a branch, a commit or a tag\n", "checkout");
    fails(2, "error: -b makes a branch, --detach leaves branches\n", "checkout", "-bd", "x");
  }

  @Test
  void needsAFolderToCheckOut() {
    var result = shell.run("--repository", "other", "checkout", "main");

    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err()).startsWith("error: not in a working folder of this repository");
  }

  @Test
  void deletes() {
    server.on("DELETE /branches/main", 204, "");
    server.on("DELETE /branches/old", 409, "{\"error\": \"X\", \"message\": \"not fully merged\"}");

    fails(
        4,
        "error: Cannot delete branch 'feature': it is checked out here\n"
            + "hint: switch to another branch first with 'epoch checkout <branch>'\n",
        "branch",
        "delete",
        "feature");
    fails(4, "error: not fully merged\n", "branch", "delete", "old");
    prints("Deleted branch main (was ddddddd).\n", "branch", "delete", "main", "--force");
    assertThat(server.request("DELETE /branches/main").query()).containsEntry("force", "true");
    assertThat(server.request("DELETE /branches/old").query()).containsEntry("force", "false");
  }

  @Test
  void materializes() {
    server.on(
        "POST /branches/feature/materialize",
        """
        {"branch": "feature", "tables": [
          {"table": "orders", "rows": 1000, "bytes": 204800, "in_use": true},
          {"table": "users", "rows": 5, "bytes": 8192, "in_use": false}]}
        """);
    server.on("POST /branches/main/materialize", "{\"branch\": \"main\", \"tables\": []}");
    server.on("DELETE /branches/feature/materialize", 204, "");

    prints(
        """
        Materialized 2 tables of branch 'feature'
          orders  about 1000 rows, 200 KB
          users  about 5 rows, 8 KB, not read yet: older transactions are at work; run this again
        """,
        "branch",
        "materialize",
        "-t",
        "orders",
        "--table",
        "users");
    assertThat(server.request("POST /branches/feature/materialize").body().toString())
        .isEqualTo("{\"tables\":[\"orders\",\"users\"]}");
    prints(
        "Nothing to copy: branch 'main' has changed no table\n", "branch", "materialize", "main");
    prints("Dropped the copies of branch 'feature'\n", "branch", "materialize", "--drop");
  }

  @Test
  void opensAndCloses() {
    server.on(
        "POST /branches/feature/open",
        """
        {"branch": "feature", "tables": [
          {"table": "orders", "open": true, "rows": 1000, "bytes": 204800},
          {"table": "log", "open": false, "reason": "it is partitioned"}],
         "unchecked_references": ["log_order (log to orders)"],
         "places": ["/data/shop.feature.db"]}
        """);
    server.on("DELETE /branches/feature/open", 204, "");

    prints(
        """
        1 table of branch 'feature' open
          orders  about 1000 rows, 200 KB
          log  not open: it is partitioned
          in file /data/shop.feature.db
          checked by merges only: foreign key log_order (log to orders)
        """,
        "branch",
        "open",
        "feature",
        "orders",
        "log");
    assertThat(server.request("POST /branches/feature/open").body().toString())
        .isEqualTo("{\"tables\":[\"orders\",\"log\"]}");
    shell.run("branch", "open", "feature", "--table", "orders");
    assertThat(server.requests().getLast().body().toString())
        .isEqualTo("{\"tables\":[\"orders\"]}");
    assertThat(shell.run("branch", "open", "feature", "orders", "--all").exitCode()).isEqualTo(2);
    prints("Closed the tables of branch 'feature'\n", "branch", "close");
  }

  @Test
  void renames() {
    server.on("PATCH /branches/feature", "{\"name\": \"topic\"}");
    server.on("PATCH /branches/main", "{\"name\": \"trunk\"}");

    prints("Renamed branch 'main' to 'trunk'\n", "branch", "rename", "main", "trunk");
    assertThat(shell.read(".epoch/HEAD")).isEqualTo("ref: refs/heads/feature\n");
    prints("Renamed branch 'feature' to 'topic'\n", "branch", "rename", "topic");
    assertThat(shell.read(".epoch/HEAD")).isEqualTo("ref: refs/heads/topic\n");
    assertThat(server.request("PATCH /branches/feature").body().toString())
        .isEqualTo("{\"name\":\"topic\"}");
  }

  @Test
  void tellsAboutABranch() {
    server.on("GET /commits/ffffffff", "{\"id\": \"ffffffff\", \"message\": \"six\\nmore\"}");
    server.on(
        "GET /branches/compare",
        "{\"ahead_count\": 2, \"behind_count\": 1, \"merge_base_id\": \"bbbbbbbb\"}");
    server.on("GET /commits/diff", "{\"tables\": [{\"table\": \"users\", \"inserted\": 5}]}");
    server.on(
        "GET /branches/feature/open",
        """
        {"tables": [{"table": "orders", "open": false}, {"table": "users", "open": true}],
         "unchecked_references": ["orders_user (orders to users)"]}
        """);

    prints(
        """
        Branch: feature
          Head: fffffff six
          Created: Wed Dec 18 10:30:00 2024
          Protected: no
          Compared with main: 2 commits ahead, 1 behind
          Merge base: bbbbbbb
          Open tables: users
          Checked by merges only: foreign key orders_user (orders to users)

         users | 5 +5 ~0 -0
         1 table changed, 5 records added
        """,
        "branch",
        "info",
        "feature",
        "--stats");
    assertThat(server.request("GET /commits/diff").query())
        .containsEntry("base", "bbbbbbbb")
        .containsEntry("target", "feature");
  }

  @Test
  void listsAndOpensRepositories() {
    server.on(
        "GET /repositories",
        """
        {"repositories": [{"name": "shop", "default_branch": "main", "description": "Our shop"},
                          {"name": "lab", "default_branch": "trunk", "description": null}]}
        """);
    server.on("POST /repositories/lab/open", "{\"name\": \"lab\", \"default_branch\": \"trunk\"}");

    prints("* shop  Our shop\n  lab\n", "repo", "list");
    prints("Opened repository 'lab' on branch 'trunk'\n", "repo", "open", "lab");
    assertThat(shell.read(".epoch/HEAD")).isEqualTo("ref: refs/heads/trunk\n");
    prints("  shop  Our shop\n* lab\n", "repo");
  }

  @Test
  void keepsOneFolderForOneRepository() {
    server.on("POST /repositories", 201, "{\"name\": \"new\", \"default_branch\": \"main\"}");

    fails(
        4,
        "error: this folder already belongs to repository 'shop'\n"
            + "hint: run 'epoch init new' in another folder\n",
        "init",
        "new");
    assertThat(server.requests()).isEmpty();
  }
}

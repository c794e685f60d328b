package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CheckCommandTest extends CommandTest {
  private static final String CHECK =
      """
      {"name": "no orphans", "sql": "SELECT 1\\n  WHERE false", "tables": [], "branches": ["main"],
       "on": ["commit", "merge"]}
      """;

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "feature");
  }

  @Test
  void adds() {
    server.on("POST /checks", 201, CHECK);

    prints(
        "Added check 'no orphans' on commit, merge\n",
        "check",
        "add",
        "no orphans",
        "--sql",
        "SELECT 1",
        "--table",
        "orders,users",
        "--branch",
        "main");

    assertThat(server.request("POST /checks").body().toString())
        .isEqualTo(
            "{\"name\":\"no orphans\",\"sql\":\"SELECT 1\",\"tables\":[\"orders\",\"users\"],\"branches\":[\"main\"]}");
  }

  @Test
  void lists() {
    server.on("GET /checks", "{\"checks\": [" + CHECK + "]}");

    prints(
        """
        NAME        ON            BRANCHES  TABLES  SQL
        no orphans  commit,merge  main      all     SELECT 1 WHERE false
        """,
        "check",
        "list");
  }

  @Test
  void tellsWhatChecksFind() {
    server.on(
        "POST /checks/run",
        """
        {"passes": false, "checks": [
          {"name": "a", "passes": true, "failure": null, "columns": ["id"], "rows": [],
           "truncated": false},
          {"name": "b", "passes": false, "failure": null, "columns": ["id", "total"],
           "rows": [[1, 2.50]], "truncated": true},
          {"name": "c", "passes": false, "failure": "no column x", "columns": [], "rows": [],
           "truncated": false}]}
        """);

    dev.epoch.testing.Shell.Result result = shell.run("check", "run");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out())
        .isEqualTo(
            """
            ok      a
            FAILED  b
              {"id":1,"total":2.50}
              ...
            FAILED  c
              no column x
            """);
    assertThat(server.request("POST /checks/run").body().toString())
        .isEqualTo("{\"ref\":\"feature\"}");
  }

  @Test
  void aRefusedCommitShowsTheRows() {
    server.on(
        "POST /commits",
        422,
        """
        {"error": "CheckFailedError", "message": "Check 'b' fails", "details": {
          "check": "b", "columns": ["id"], "rows": [[7]], "truncated": false}}
        """);

    fails(1, "error: Check 'b' fails\n  {\"id\":7}\n", "commit", "-m", "x");
  }
}

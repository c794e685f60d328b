package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.Shell;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SchemaDiffCommandTest extends CommandTest {
  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
  }

  private void answer(String warnings, String destructive) {
    server.on(
        "GET /schema/diff",
        """
        {"changes": [
          {"change_type": "added", "object_type": "column", "object_name": "phone", "table": "customers",
           "details": {"type": "character varying(20)", "nullable": true},
           "sql_to_sync": "ALTER TABLE customers ADD COLUMN phone character varying(20)"},
          {"change_type": "added", "object_type": "constraint", "object_name": "uq_customers_phone",
           "table": "customers", "details": {"definition": "UNIQUE (phone)"}, "sql_to_sync": "ALTER 2"},
          {"change_type": "added", "object_type": "constraint", "object_name": "chk_customers_phone",
           "table": "customers", "sql_to_sync": "ALTER 3",
           "details": {"definition": "CHECK (((phone)::text ~ '^\\\\+?[0-9]{10,15}$'::text))"}}],
         "up": ["a", "b"], "down": ["c", "d"], "warnings": [%s], "destructive": %s,
         "schema_hash": "00"}
        """
            .formatted(warnings, destructive));
  }

  @Test
  void printsWhatDiffersAsTheTutorialDoes() {
    answer("", "false");
    String expected =
        """
        Schema changes for 'customers':

        Added columns:
          + phone VARCHAR(20)

        Added constraints:
          + uq_customers_phone UNIQUE (phone)
          + chk_customers_phone CHECK (phone ~ '^\\+?[0-9]{10,15}$')
        """;
    prints(expected, "diff", "main", "feature/add-phone", "--schema");
    prints(expected, "schema", "diff", "main", "feature/add-phone");
    assertThat(server.requests("GET /schema/diff").getLast().query())
        .containsEntry("base", "main")
        .containsEntry("target", "feature/add-phone");
    assertThat(
            shell.run("diff", "main", "feature/add-phone", "--schema", "--constraints-only").out())
        .doesNotContain("Added columns")
        .contains("+ uq_customers_phone");
    shell.run("schema", "diff", "users", "--live");
    assertThat(server.requests("GET /schema/diff").getLast().query())
        .containsEntry("table", "users")
        .containsEntry("live", "true");
    shell.run("schema", "diff", "users", "main", "feature/updates");
    assertThat(server.requests("GET /schema/diff").getLast().query())
        .containsEntry("table", "users")
        .containsEntry("target", "feature/updates");
  }

  @Test
  void saysWhatColumnsWereCalledAndAllThatIsOtherwise() {
    server.on(
        "GET /schema/diff",
        """
        {"changes": [
          {"change_type": "modified", "object_type": "column", "object_name": "duration", "table": "track",
           "details": {"before": {"name": "length", "type": "integer", "nullable": false},
                       "after": {"name": "duration", "type": "integer", "nullable": false}}},
          {"change_type": "modified", "object_type": "column", "object_name": "total", "table": "track",
           "details": {"before": {"name": "total", "type": "integer", "nullable": true},
                       "after": {"name": "total", "type": "integer", "nullable": true,
                                 "generated": "(a + b)", "comment": "of both"}}}],
         "up": ["a"], "down": ["b"], "warnings": [], "destructive": false, "schema_hash": "00"}
        """);
    prints(
        """
        Schema changes for 'track':

        Modified columns:
          ~ length -> duration
          ~ total
              - INTEGER
              + INTEGER GENERATED AS (a + b) COMMENT of both
        """,
        "schema",
        "diff",
        "main",
        "x");
  }

  @Test
  void namesWhatLosesDataAndAsksForForce() {
    answer(
        """
        {"risk": "High", "operation": "DROP COLUMN", "object": "users.legacy_field",
         "description": "data permanently lost"}
        """,
        "true");
    fails(
        4,
        """
        error: Destructive operations detected:
          - DROP COLUMN: users.legacy_field (data permanently lost)
        hint: Use --force to generate DDL anyway
        """,
        "schema",
        "diff",
        "main",
        "feature-branch",
        "--show-ddl");
  }

  @Test
  void writesPartsOfAMigrationToAFile() throws IOException {
    answer("", "false");
    prints(
        "Generated migration: indexes.sql\n",
        "schema",
        "diff",
        "main",
        "feature",
        "--constraints-only",
        "--ddl-output",
        "indexes.sql");
    assertThat(Files.readString(shell.folder().resolve("indexes.sql")))
        .isEqualTo("ALTER 2;\nALTER 3;\n");
  }

  @Test
  void migratesWithACount() throws IOException {
    answer("", "false");
    prints(
        """
        Generated migration: migrations/V2__add_indexes.sql
          UP: 2 statements
          DOWN: 2 statements
          Warnings: 0
        """,
        "schema",
        "migrate",
        "main",
        "feature/new-indexes",
        "--output",
        "migrations/V2__add_indexes.sql");
    assertThat(server.requests("GET /schema/diff").getLast().query())
        .containsEntry("format", "script")
        .containsEntry("id", "V2__add_indexes");
    assertThat(shell.folder().resolve("migrations/V2__add_indexes.sql")).exists();
  }

  @Test
  void showsWhatWouldBeApplied() {
    server.on(
        "POST /schema/apply",
        """
        {"operation_id": null, "state": "pending", "schema_hash": "00", "statements": [
          {"sql": "ALTER TABLE users ADD COLUMN preferences JSONB", "state": "pending", "attempts": 0}],
         "impact": [{"table": "users", "bytes": 2469606195, "rows": 15000000,
                     "recommendation": "Use --online mode for large table"}]}
        """);
    prints(
        """
        Dry-run mode - no changes will be applied

        Statements to execute:
          1. ALTER TABLE users ADD COLUMN preferences JSONB

        Estimated impact:
          Table size: 2.3 GB
          Row count: 15,000,000
          Recommended: Use --online mode for large table
        """,
        "schema",
        "apply",
        "users",
        "--from",
        "feature-branch",
        "--dry-run");
    assertThat(server.request("POST /schema/apply").body().toString())
        .isEqualTo("{\"table\":\"users\",\"from\":\"feature-branch\",\"dry_run\":true}");
  }

  @Test
  void tellsHowFarItIs() {
    server.on(
        "GET /schema/apply/latest",
        """
        {"operation_id": "m1", "state": "failed", "schema_hash": "00", "statements": [
          {"sql": "ALTER TABLE users ADD COLUMN a int", "state": "done", "attempts": 1},
          {"sql": "ALTER TABLE users ADD COLUMN b int", "state": "failed", "attempts": 1,
           "error": "column exists"}]}
        """);
    Shell.Result result = shell.run("schema", "apply", "--status");
    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(result.out())
        .isEqualTo(
            """
            Schema change m1: failed
              done     ALTER TABLE users ADD COLUMN a int
              failed   ALTER TABLE users ADD COLUMN b int
                       column exists
            """);
    fails(2, "error: give --from REF, or ask for --status\n", "schema", "apply", "users");
  }

  @Test
  void tellsWhatAChangeDoesToTheRows() {
    server.on(
        "GET /schema/diff",
        """
        {"changes": [], "up": [], "down": [], "warnings": [], "destructive": true,
         "schema_hash": "00",
         "data_impact": [
           {"table": "users", "object": "old", "rows": 1200, "outcome": "rows have a value that is lost",
            "loses": true},
           {"table": "users", "object": "chk", "rows": null, "outcome": "rows break the check",
            "loses": false}],
         "impact": [
           {"sql": "ALTER TABLE users DROP COLUMN old", "table": "users", "locks": false, "rewrites": false,
            "may_fail": false, "destructive": true, "alone": false},
           {"sql": "ALTER TABLE users ALTER COLUMN n TYPE text", "table": "users", "locks": true,
            "rewrites": true, "may_fail": true, "destructive": false, "alone": false}],
         "sizes": [{"table": "users", "bytes": 2048, "rows": 1500}]}
        """);

    assertThat(
            shell
                .run("schema", "diff", "HEAD~1", "HEAD", "--check-data-impact", "--analyze-impact")
                .out())
        .endsWith(
            """

            Data impact:
              users.old: 1,200 rows have a value that is lost
              users.chk: unknown how many rows break the check

            Impact:
              ALTER TABLE users DROP COLUMN old
                loses data
              ALTER TABLE users ALTER COLUMN n TYPE text
                writers wait while all rows are read; rewrites the table; may fail

            Tables:
              users: 2.0 KB, 1,500 rows
            """);
    assertThat(server.requests("GET /schema/diff").getLast().query())
        .containsEntry("check_data_impact", "true")
        .containsEntry("analyze_impact", "true");
    fails(
        2,
        "error: impacts are told without statements: leave out --ddl\n",
        "schema",
        "diff",
        "main",
        "x",
        "--ddl",
        "--check-data-impact");
  }

  @Test
  void runsStatementsThatAUserWrote() throws IOException {
    // given
    server.on(
        "POST /schema/exec",
        """
        {"operation_id": "m1", "state": "done", "tables": ["users"], "schema_hash": "00",
         "statements": [{"sql": "ALTER TABLE users ADD a int", "state": "done", "attempts": 1}]}
        """);

    // when
    prints(
        """
        Schema change m1: done
          done     ALTER TABLE users ADD a int
        """,
        "schema",
        "exec",
        "ALTER TABLE users ADD a int");

    // then
    assertThat(server.request("POST /schema/exec").body().toString())
        .isEqualTo("{\"sql\":\"ALTER TABLE users ADD a int\",\"branch\":\"main\"}");
    shell.write("more.sql", "DROP INDEX i");
    shell.run("schema", "exec", "--file", "more.sql", "--dry-run");
    assertThat(server.requests("POST /schema/exec").getLast().body().toString())
        .isEqualTo("{\"sql\":\"DROP INDEX i\",\"branch\":\"main\",\"dry_run\":true}");
    fails(2, "error: give statements, or --file FILE\n", "schema", "exec");
  }

  @Test
  void runsStatementsOnSeveralBranches() {
    server.on(
        "POST /schema/exec",
        """
        {"operation_id": null, "state": "failed", "tables": ["users"], "statements": [],
         "branches": [
           {"branch": "main", "state": "done", "operation_id": "m1", "tables": ["users"]},
           {"branch": "x", "state": "failed", "operation_id": "m2", "tables": [],
            "error": "column exists"}]}
        """);

    Shell.Result result =
        shell.run("schema", "exec", "ALTER TABLE users ADD a int", "--branches", "main,x");

    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(result.out()).isEqualTo("main: done\nx: failed: column exists\n");
    assertThat(server.request("POST /schema/exec").body().toString())
        .isEqualTo("{\"sql\":\"ALTER TABLE users ADD a int\",\"branches\":[\"main\",\"x\"]}");
    fails(
        2,
        "error: give one of --branches and --all-branches\n",
        "schema",
        "exec",
        "x",
        "--branches",
        "main",
        "--all-branches");
  }
}

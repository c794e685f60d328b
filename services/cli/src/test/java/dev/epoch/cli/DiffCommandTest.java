package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DiffCommandTest extends CommandTest {

  private static final String TABLES =
      """
      {"base_commit_id": "a", "target_commit_id": "b", "tables_changed": 2, "total_inserts": 2,
       "total_updates": 1, "total_deletes": 1,
       "tables": [
         {"table": "users", "inserted": 1, "updated": 1, "deleted": 1, "schema_changed": false},
         {"table": "orders", "inserted": 1, "updated": 0, "deleted": 0, "schema_changed": false}]}
      """;

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "feature/x");
    server.on("GET /commits/diff", TABLES);
    server
        .on(
            "GET /diff/users",
            """
            {"changes": [
               {"type": "update", "key": {"id": 42}, "fields": ["email", "note"],
                "before": {"id": 42, "email": "a@x", "note": null},
                "after": {"id": 42, "email": "b@x", "note": "say \\"hi\\", please"}}],
             "next": "42"}
            """)
        .on(
            "GET /diff/users",
            """
            {"changes": [
               {"type": "insert", "key": {"id": 43}, "before": null, "fields": [],
                "after": {"id": 43, "email": "c@x", "note": ""}},
               {"type": "delete", "key": {"id": 2}, "fields": [], "after": null,
                "before": {"id": 2, "email": "d@x", "note": null}}],
             "next": null}
            """);
    server.on(
        "GET /diff/orders",
        """
        {"changes": [{"type": "insert", "key": {"a": 1, "b": "x"}, "before": null, "fields": [],
                      "after": {"a": 1, "b": "x", "amount": 12.50}}], "next": null}
        """);
  }

  private Map<String, String> query(String... command) {
    assertThat(shell.run(command).exitCode()).isZero();
    return server.requests("GET /commits/diff").getLast().query();
  }

  @Test
  void knowsEveryWayToNameTwoStates() {
    server.on("GET /branches/compare", "{\"merge_base_id\": \"base1\"}");

    assertThat(query("diff"))
        .containsEntry("base", "feature/x")
        .containsEntry("target", "feature/x")
        .containsEntry("working", "true");
    assertThat(query("diff", "main"))
        .containsEntry("base", "main")
        .containsEntry("target", "feature/x")
        .containsEntry("working", "true");
    assertThat(query("diff", "HEAD"))
        .containsEntry("base", "feature/x")
        .containsEntry("target", "feature/x")
        .containsEntry("working", "true");
    assertThat(query("diff", "abc123f", "def456g"))
        .containsEntry("base", "abc123f")
        .containsEntry("target", "def456g")
        .doesNotContainKey("working");
    assertThat(query("diff", "main..feature/y"))
        .containsEntry("base", "main")
        .containsEntry("target", "feature/y")
        .doesNotContainKey("working");
    assertThat(query("diff", "main..")).containsEntry("target", "feature/x");
    assertThat(query("diff", "..main"))
        .containsEntry("base", "feature/x")
        .containsEntry("target", "main");
    assertThat(query("diff", "main...feature/y"))
        .containsEntry("base", "base1")
        .containsEntry("target", "feature/y");
    fails(2, "error: a range and another ref make no sense together\n", "diff", "a..b", "c");
  }

  @Test
  void printsTablesOneBelowTheOther() {
    prints(
        """
        Modified: users
          Record changes:
            + 1 record added
            ~ 1 record modified
            - 1 record deleted

        Modified: orders
          Record changes:
            + 1 record added
        """,
        "diff",
        "main",
        "feature/x");
  }

  @Test
  void printsNothingWithoutChanges() {
    server.on("GET /commits/diff", "{\"tables\": []}");
    shell.run("diff");

    prints("", "diff");
    prints("", "diff", "--stat");
  }

  @Test
  void saysThatSchemasAloneAreCompared() {
    server.on(
        "GET /commits/diff",
        """
        {"schema_only": "s", "tables": [{"table": "users", "inserted": 0, "updated": 0,
          "deleted": 0, "schema_changed": true, "change_type": "modified",
          "schema_changes": ["column 'phone' added"]}]}
        """);
    server.on("GET /schema/diff", "{\"changes\": []}");
    shell.run("diff");

    var run = shell.run("diff", "main..s");

    assertThat(run.err()).isEqualTo("branch 's' is schema-only: only schemas are compared\n");
    assertThat(run.out())
        .contains("Modified: users", "column 'phone' added")
        .doesNotContain("record");
  }

  @Test
  void printsNumbersAndNames() {
    prints(
        """
         users  | 3 +1 ~1 -1
         orders | 1 +1 ~0 -0
         2 tables changed, 2 records added, 1 record modified, 1 record deleted
        """,
        "diff",
        "--stat");
    prints("users\norders\n", "diff", "--name-only");
    assertThat(server.requests()).extracting(r -> r.line()).containsOnly("GET /commits/diff");
  }

  @Test
  void printsTheRecordsOfOneTable() {
    prints(
        """
        Modified: users
          Record changes:
            + 1 record added
            ~ 1 record modified
            - 1 record deleted

          ~ id=42
              email: a@x -> b@x
              note: NULL -> say "hi", please
          + id=43: email=c@x, note=
          - id=2
        """,
        "diff",
        "main",
        "feature/x",
        "--table",
        "users");

    assertThat(server.requests("GET /diff/users"))
        .hasSize(2)
        .allSatisfy(request ->
            assertThat(request.query())
                .containsEntry("base", "main")
                .containsEntry("target", "feature/x"));
    assertThat(server.requests("GET /diff/users").getLast().query()).containsEntry("after", "42");
  }

  @Test
  void printsOnlyWhatTheTargetHas() {
    server.on(
        "GET /commits/diff", TABLES.replace("\"inserted\": 1, \"updated\": 1", "\"updated\": 1"));
    shell.run("diff", "--name-only");

    prints(
        """
        Table: orders
          + a=1, b=x: amount=12.50
        """,
        "diff",
        "main",
        "feature/x",
        "--only-in-target");

    assertThat(server.request("GET /diff/orders").query()).containsEntry("type", "insert");
    assertThat(server.requests("GET /diff/users")).isEmpty();
  }

  @Test
  void printsCommaSeparatedValues() {
    prints(
        """
        table,type,key,field,before,after
        users,update,42,email,a@x,b@x
        users,update,42,note,,"say ""hi"", please"
        users,insert,43,id,,43
        users,insert,43,email,,c@x
        users,insert,43,note,,""
        users,delete,2,id,2,
        users,delete,2,email,d@x,
        users,delete,2,note,,
        orders,insert,"1,x",a,,1
        orders,insert,"1,x",b,,x
        orders,insert,"1,x",amount,,12.50
        """,
        "diff",
        "main",
        "feature/x",
        "--format",
        "csv");
  }

  @Test
  void printsJson() {
    assertThat(shell.run("diff", "--format", "json").out()).contains("\"total_inserts\": 2");
    assertThat(shell.run("diff", "--table", "orders", "--format", "json").out())
        .startsWith("{\n  \"changes\": [\n")
        .contains("\"amount\": 12.50")
        .endsWith("  \"next\": null\n}\n");
  }
}

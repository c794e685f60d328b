package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Diffs for programs. */
class DiffFormatsTest extends CommandTest {

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "feature");
    server.on(
        "GET /commits/diff",
        """
        {"base_commit_id": "a", "tables": [
           {"table": "users", "inserted": 1, "updated": 0, "deleted": 1, "schema_changed": false}]}
        """);
  }

  @Test
  void lines() {
    server.on(
        "GET /diff/users",
        "{\"type\":\"delete\",\"key\":{\"id\":1}}\n{\"type\":\"insert\",\"key\":{\"id\":2}}\n");

    prints(
        """
        {"table":"users","type":"delete","key":{"id":1}}
        {"table":"users","type":"insert","key":{"id":2}}
        """,
        "diff",
        "main",
        "v1",
        "--format",
        "ndjson");
    assertThat(server.request("GET /diff/users").headers())
        .containsEntry("Accept", "application/x-ndjson");
    assertThat(server.request("GET /diff/users").query())
        .containsEntry("base", "main")
        .containsEntry("target", "v1");
  }

  @Test
  void statements() {
    server.on("GET /diff/users", "DELETE FROM users WHERE name = 'a\r\nb';\n");

    prints(
        "BEGIN;\nDELETE FROM users WHERE name = 'a\r\nb';\nCOMMIT;\n", "diff", "--format", "sql");
  }

  @Test
  void jsonWithEveryRecord() {
    server.on(
        "GET /diff/users",
        """
        {"changes": [{"type": "delete", "key": {"id": 1}}, {"type": "insert", "key": {"id": 2}}],
         "next": null}
        """);

    assertThat(shell.run("diff", "--format", "json", "--records").out())
        .startsWith("{\n  \"base_commit_id\": \"a\",")
        .endsWith(
            """
            ],
              "changes": [
                {"table":"users","type":"delete","key":{"id":1}},
                {"table":"users","type":"insert","key":{"id":2}}
              ]
            }
            """
                .indent(0));
    assertThat(shell.run("diff", "--format", "json", "--name-only").out())
        .isEqualTo("{\n  \"tables\": [\n    \"users\"\n  ]\n}\n");
  }

  @Test
  void refusesWhatHasNoEffect() {
    fails(
        2, "error: --stat is about --format text and json\n", "diff", "--stat", "--format", "csv");
    fails(
        2,
        "error: --stat and --name-only make no sense together\n",
        "diff",
        "--stat",
        "--name-only");
  }
}

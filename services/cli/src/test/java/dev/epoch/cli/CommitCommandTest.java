package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommitCommandTest extends CommandTest {

  private static final String COMMIT =
      """
      {"id": "abc123f456", "message": "m",
       "tables": [{"table": "users", "inserted": 1, "updated": 0, "deleted": 0},
                  {"table": "orders", "inserted": 0, "updated": 0, "deleted": 0}],
       "stats": {"inserted": 1, "updated": 0, "deleted": 0}}
      """;

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "staging");
  }

  @Test
  void sendsEveryOption() {
    server.on("POST /commits", 201, COMMIT);

    prints(
        "Created commit abc123f\n  2 tables, 1 record\n",
        "commit",
        "-a",
        "-m",
        "Update",
        "--tables",
        "orders,order_items",
        "--author",
        "Dana",
        "--email",
        "dana@example.com");

    var request = server.request("POST /commits");
    assertThat(request.body().toString())
        .isEqualTo(
            "{\"message\":\"Update\",\"branch\":\"staging\",\"author_name\":\"Dana\","
                + "\"author_email\":\"dana@example.com\","
                + "\"tables\":[\"orders\",\"order_items\"],\"all\":true}");
    assertThat(request.headers())
        .containsEntry("X-User-Name", "Dana")
        .containsEntry("X-User-Email", "dana@example.com")
        .containsKey("Idempotency-Key");
    assertThat(request.query()).containsEntry("repository", "shop");
  }

  @ParameterizedTest
  @CsvSource({"EPOCH_EDITOR, EDITOR, VISUAL", "EDITOR, VISUAL, NOTHING", "VISUAL, NO, NOTHING"})
  void aMessageIsWrittenInTheEditor(String first, String second, String third) throws Exception {
    server.on("POST /commits", 201, COMMIT);
    Path editor = root.resolve("an editor.sh");
    Files.writeString(
        editor,
        "#!/bin/sh\nset -e\ntest \"$1\" = -w\nprintf 'Title\\n\\nBody\\n' | cat - \"$2\" > x; mv x \"$2\"\n");
    Files.setPosixFilePermissions(editor, PosixFilePermissions.fromString("rwx------"));
    shell.onTerminal().set("NO_COLOR", "1");
    shell.set(first, "'" + editor + "' -w").set(second, "false").set(third, "false");

    prints("Created commit abc123f\n  2 tables, 1 record\n", "commit");

    assertThat(server.request("POST /commits").body().path("message").asText())
        .isEqualTo("Title\n\nBody");
  }

  @Test
  void withoutAMessageNothingIsCommitted() {
    fails(
        2,
        "error: a message is missing\nhint: give it with --message, or run it on a terminal\n",
        "commit");
    shell.onTerminal().set("EPOCH_EDITOR", "true");
    fails(1, "error: the message is empty: nothing is done\n", "commit");
    shell.set("EPOCH_EDITOR", "exit 3 #");
    fails(4, "error: the editor 'exit 3 #' ended with 3: nothing is done\n", "commit");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void concludesAnOpenMerge() {
    server.on(
        "POST /commits", 409, "{\"error\": \"MergeInProgressError\", \"message\": \"merging\"}");
    server.on("POST /branches/merge/continue", COMMIT);

    prints("Created commit abc123f\n  2 tables, 1 record\n", "commit", "-m", "Merged by hand");

    assertThat(server.request("POST /branches/merge/continue").body().toString())
        .isEqualTo("{\"branch\":\"staging\",\"message\":\"Merged by hand\"}");
  }

  @Test
  void readsEverySchemaAgainBeforeIfTold() {
    server.on("GET /tables", "{\"tables\": [{\"name\": \"users\"}, {\"name\": \"orders\"}]}");
    server.on("POST /tables/users/refresh", "{}");
    server.on("POST /tables/orders/refresh", "{}");
    server.on("POST /commits", 201, COMMIT);

    assertThat(shell.run("commit", "-m", "Sync", "--rescan-schema").exitCode()).isZero();

    assertThat(server.requests())
        .extracting(request -> request.line())
        .containsExactly(
            "GET /tables",
            "POST /tables/users/refresh",
            "POST /tables/orders/refresh",
            "POST /commits");
  }

  @Test
  void showsACommit() {
    server.on(
        "GET /commits/staging~1",
        """
        {"id": "def456g789", "message": "Title\\n\\nBody", "author_name": "A", "author_email": "a@b",
         "created_at": "2025-01-02T03:04:05Z", "parents": ["abc123f456", "ffffffff01"],
         "tables": [{"table": "users", "inserted": 1, "updated": 2, "deleted": 3,
                     "schema_changed": true}]}
        """);
    server.on(
        "GET /schema/diff",
        """
        {"changes": [
          {"change_type": "removed", "object_type": "column", "object_name": "fax",
           "table": "users", "details": {"type": "text"}},
          {"change_type": "modified", "object_type": "column", "object_name": "age",
           "table": "users", "details": {"before": {"type": "integer"}, "after": {"type": "bigint"}}},
          {"change_type": "added", "object_type": "constraint", "object_name": "uq_phone",
           "table": "users", "details": {"definition": "UNIQUE (phone)"}},
          {"change_type": "modified", "object_type": "row security", "object_name": "users",
           "table": "users", "details": {"definition": "ENABLED"}}]}
        """);

    prints(
        """
        commit def456g
        Merge: abc123f fffffff
        Author: A <a@b>
        Date:   Thu Jan 2 03:04:05 2025

            Title

            Body

        Modified: users
          Schema changes:
            - fax (text)
            ~ age (int -> bigint)
            + uq_phone UNIQUE (phone)
            ~ row security ENABLED
          Record changes:
            + 1 record added
            ~ 2 records modified
            - 3 records deleted
        """,
        "show",
        "HEAD^");
    assertThat(server.request("GET /schema/diff").query())
        .containsEntry("base", "abc123f456")
        .containsEntry("target", "def456g789")
        .containsEntry("table", "users");
  }
}

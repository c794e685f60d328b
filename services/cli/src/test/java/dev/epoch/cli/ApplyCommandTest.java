package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApplyCommandTest extends CommandTest {
  private static final String LINE =
      "{\"table\":\"users\",\"type\":\"insert\",\"key\":{\"id\":%d},\"before\":null,\"after\":{\"id\":%d}}\n";

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "feature");
  }

  private void diff(String text) {
    shell.write("x.diff", text);
  }

  @Test
  void sendsChangesOfLines() {
    server.on("POST /apply", "{\"inserted\": 2, \"updated\": 0, \"deleted\": 0, \"unchanged\": 1}");
    diff(LINE.formatted(1, 1) + "\n" + LINE.formatted(2, 2));

    prints("Applied: 2 records added, 1 as the diff says already\n", "apply", "x.diff");

    assertThat(server.request("POST /apply").query())
        .containsEntry("branch", "feature")
        .doesNotContainKey("dry_run");
    assertThat(server.request("POST /apply").body().path("changes")).hasSize(2);
  }

  @Test
  void takesDocumentsOfJson() {
    server.on("POST /apply", "{\"inserted\": 1, \"updated\": 0, \"deleted\": 0, \"unchanged\": 0}");
    String change = "{\"type\": \"delete\",\n \"key\": {\"id\": 1}}";

    diff("{\"changes\": [" + change + "], \"next\": null}");
    prints(
        "Would apply: 1 record added\n",
        "apply",
        "x.diff",
        "--table",
        "users",
        "--force",
        "--dry-run");
    assertThat(server.request("POST /apply").query())
        .containsEntry("force", "true")
        .containsEntry("dry_run", "true");
    assertThat(server.request("POST /apply").body().path("changes").path(0).path("table").asText())
        .isEqualTo("users");
    fails(5, "error: x.diff has a change that names no table\n", "apply", "x.diff");

    diff("{\"orders\": {\"changes\": [" + change + "]}}");
    prints("Applied: 1 record added\n", "apply", "x.diff");
    assertThat(server.requests("POST /apply").getLast().body().toString())
        .contains("\"table\":\"orders\"");

    diff("BEGIN;\nDELETE FROM users;\n");
    fails(5, "error: x.diff is neither JSON nor a JSON document a line\n", "apply", "x.diff");
    fails(3, "error: there is no file nowhere\n", "apply", "nowhere");
  }

  @Test
  void looksAtAllPartsBeforeItWritesTheFirst() {
    server.on("POST /apply", "{\"inserted\": 1, \"updated\": 0, \"deleted\": 0, \"unchanged\": 0}");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 1001; i++) {
      lines.append(LINE.formatted(i, i));
    }
    diff(lines.toString());

    prints("Applied: 2 records added\n", "apply", "x.diff");

    assertThat(server.requests("POST /apply"))
        .extracting(request -> request.query().get("dry_run"))
        .containsExactly("true", "true", null, null);
  }

  @Test
  void tellsWhatDoesNotFit() {
    server.on(
        "POST /apply",
        409,
        """
        {"error": "DiffDoesNotApplyError", "message": "The diff does not fit",
         "details": {"remedy": "Look", "total": 2, "records": [
           {"table": "users", "key": {"id": "1"}, "problem": "differs", "fields": ["name"]},
           {"table": "users", "key": {"id": "2"}, "problem": "exists", "fields": []}]}}
        """);
    diff(LINE.formatted(1, 1));

    var result = shell.run("apply", "x.diff");

    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(result.err())
        .isEqualTo(
            """
              users id=1 has changed: name
              users id=2 is there already
            error: The diff does not fit
            hint: Look
            """);
  }
}

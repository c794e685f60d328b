package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecordHistoryCommandTest extends CommandTest {
  private static final String COMMIT =
      """
      {"id": "bbbbbbbbbb", "message": "rename", "author_name": "Ann",
       "author_email": "ann@example.com", "created_at": "2024-12-18T10:30:00Z"}
      """;

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "feature");
  }

  @Test
  void showsWhatCommitsDidToARecord() {
    server.on(
        "GET /tables/users/records/1,2/history",
        """
        {"changes": [{"commit": %s, "type": "update", "key": {"a": 1, "b": 2},
          "before": {"a": 1, "b": 2, "name": "x"}, "after": {"a": 1, "b": 2, "name": null},
          "fields": ["name"]}], "next": null}
        """
            .formatted(COMMIT));

    prints(
        """
        commit bbbbbbb
        Author: Ann <ann@example.com>
        Date:   Wed Dec 18 10:30:00 2024

            rename

          ~ a=1, b=2
              name: x -> NULL
        """,
        "history",
        "users",
        "1,2",
        "-n",
        "5",
        "--at",
        "HEAD~1");
    assertThat(server.request("GET /tables/users/records/1,2/history").query())
        .containsEntry("limit", "5")
        .containsEntry("ref", "feature~1");
  }

  @Test
  void showsWhereFieldsComeFrom() {
    server.on(
        "GET /tables/users/records/1/blame",
        """
        {"key": {"id": 1}, "fields": [
          {"name": "id", "value": 1, "commit": %1$s},
          {"name": "name", "value": "x", "commit": %1$s}]}
        """
            .formatted(COMMIT));

    prints(
        """
        FIELD  VALUE  COMMIT   AUTHOR  DATE                      MESSAGE
        id     1      bbbbbbb  Ann     Wed Dec 18 10:30:00 2024  rename
        name   x      bbbbbbb  Ann     Wed Dec 18 10:30:00 2024  rename
        """,
        "blame",
        "users",
        "1");
  }
}

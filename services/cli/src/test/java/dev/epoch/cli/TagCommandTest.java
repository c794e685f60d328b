package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TagCommandTest extends CommandTest {
  private static final String TAG =
      """
      {"name": "v1.0.0", "commit_id": "cccccccccccc", "message": "Release 1.0.0\\nThe first",
       "author_name": "Ann", "author_email": "ann@example.com",
       "created_at": "2024-12-18T10:30:00Z"}
      """;

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "feature");
    server.on("GET /tags", "{\"tags\": [" + TAG + "]}");
    server.on("GET /tags/v1.0.0", TAG);
    server.on("POST /tags", 201, TAG);
  }

  @Test
  void namesTheHeadOfTheFolder() {
    prints("Created tag 'v1.0.0' at ccccccc\n", "tag", "v1.0.0");
    assertThat(server.request("POST /tags").body().toString())
        .isEqualTo("{\"name\":\"v1.0.0\",\"target\":\"feature\"}");
  }

  @Test
  void namesACommitWithAMessage() {
    prints(
        "Created tag 'v1.0.0' at ccccccc\n",
        "tag",
        "v1.0.0",
        "HEAD~2",
        "-m",
        "Release 1.0.0",
        "--force");
    assertThat(server.request("POST /tags").body().toString())
        .isEqualTo(
            "{\"name\":\"v1.0.0\",\"target\":\"feature~2\",\"message\":\"Release 1.0.0\",\"force\":true}");
    fails(2, "error: a tag needs a name\n", "tag", "-m", "Release");
  }

  @Test
  void lists() {
    prints("v1.0.0\n", "tag");
    prints("v1.0.0\n", "tag", "list", "v1.*");
    assertThat(server.requests("GET /tags").getLast().query()).containsEntry("pattern", "v1.*");
    assertThat(shell.run("tag", "list", "--verbose").out())
        .isEqualTo("v1.0.0  ccccccc  Release 1.0.0\n");
  }

  @Test
  void showsATagAndItsCommit() {
    server.on(
        "GET /commits/cccccccccccc",
        """
        {"id": "cccccccccccc", "message": "two", "author_name": "Bob", "author_email": "bob@x",
         "created_at": "2024-12-17T10:30:00Z", "parents": [],
         "tables": [{"table": "users", "inserted": 1, "updated": 0, "deleted": 0}]}
        """);

    prints(
        """
        tag v1.0.0
        Tagger: Ann <ann@example.com>
        Date:   Wed Dec 18 10:30:00 2024

            Release 1.0.0
            The first

        commit ccccccc
        Author: Bob <bob@x>
        Date:   Tue Dec 17 10:30:00 2024

            two

            Tables: users
            Stats: 1 record added
        """,
        "tag",
        "show",
        "v1.0.0");
  }

  @Test
  void deletes() {
    server.on("DELETE /tags/v1.0.0", 204, "");

    prints("Deleted tag 'v1.0.0' (was ccccccc)\n", "tag", "delete", "v1.0.0");
  }
}

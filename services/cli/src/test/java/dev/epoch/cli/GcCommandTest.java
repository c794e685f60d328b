package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GcCommandTest extends CommandTest {

  private static final String TWO =
      "{\"repository\": \"shop\", \"dry_run\": true, \"branches\": [\"b-1\", \"b-2\"],"
          + " \"branch_names\": {\"b-1\": \"feature/x\"}}";

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
  }

  @Test
  void tellsWhatItWouldDrop() {
    server.on("POST /admin/cleanup", TWO);

    prints(
        """
        Would drop the rows of 2 deleted branches:
          feature/x (b-1)
          b-2
        """,
        "gc",
        "--dry-run");

    var request = server.request("POST /admin/cleanup");
    assertThat(request.body().toString()).isEqualTo("{\"dry_run\":true}");
    assertThat(request.query()).containsEntry("repository", "shop");
  }

  @Test
  void dropsUnderBothNames() {
    server
        .on("POST /admin/cleanup", "{\"branches\": [\"b-1\"]}")
        .on("POST /admin/cleanup", "{\"branches\": [], \"tables\": [\"users\"]}")
        .on("POST /admin/cleanup", "{\"branches\": [], \"tables\": []}");

    prints("Dropped the rows of 1 deleted branch\n", "gc");
    prints("Dropped the rows of 1 removed table\n", "gc");
    prints("Nothing to clean up\n", "cleanup");

    assertThat(server.requests("POST /admin/cleanup"))
        .extracting(request -> request.body().toString())
        .containsOnly("{\"dry_run\":false}");
  }

  @Test
  void tellsWhichStorageItDidNotReach() {
    server.on("POST /admin/cleanup", "{\"branches\": [\"b-1\"], \"unreached\": [\"old\"]}");

    var result = shell.run("gc");

    assertThat(result.out())
        .isEqualTo(
            "Dropped the rows of 1 deleted branch\n"
                + "Not reached: storage old; try it again later\n");
    assertThat(result.exitCode()).isEqualTo(1);
  }

  @Test
  void deletesMergedBranchesFirst() {
    server
        .on(
            "POST /admin/cleanup",
            "{\"deleted\": [\"a\"], \"kept\": {\"b\": \"it is protected\"}, \"branches\": [\"b-1\"]}")
        .on("POST /admin/cleanup", "{\"deleted\": [\"a\"], \"branches\": []}")
        .on("POST /admin/cleanup", "{\"deleted\": [], \"branches\": []}");

    prints(
        """
        Deleted merged branch a
        Kept b: it is protected
        Dropped the rows of 1 deleted branch
        """,
        "gc",
        "--merged");
    prints("Would delete merged branch a\n", "gc", "--force", "--dry-run");
    prints("Nothing to clean up\n", "gc", "--merged", "--older-than", "12h");
    assertThat(server.requests("POST /admin/cleanup"))
        .extracting(request -> request.body().toString())
        .containsExactly(
            "{\"dry_run\":false,\"merged\":true,\"older_than\":\"7d\"}",
            "{\"dry_run\":true,\"merged\":true,\"older_than\":\"0d\"}",
            "{\"dry_run\":false,\"merged\":true,\"older_than\":\"12h\"}");
    assertThat(shell.run("gc", "--older-than", "1d").exitCode()).isEqualTo(2);
  }

  @Test
  void printsJson() {
    server.on("POST /admin/cleanup", TWO);

    var result = shell.run("gc", "--dry-run", "--format", "json");

    assertThat(result.out()).startsWith("{\n  \"repository\": \"shop\",").contains("\"b-2\"");
  }
}

package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files of records, and small commands beside them. */
class FilesCommandTest extends CommandTest {

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "feature");
  }

  @Test
  void exportsAsItComes() {
    server.on("GET /export/users", "id,name\r\n1,\"a\r\nb\"\r\n");

    prints("id,name\r\n1,\"a\r\nb\"\r\n", "export", "users", "--at", "HEAD~1", "--escape-formulas");
    assertThat(server.request("GET /export/users").query())
        .containsEntry("ref", "feature~1")
        .containsEntry("format", "csv")
        .containsEntry("csv_formulas", "escape");
    fails(
        2,
        "error: unknown format 'parquet'; known: csv, json, ndjson\n",
        "export",
        "users",
        "--format",
        "parquet");
  }

  @Test
  void importsAFile() {
    server.on(
        "POST /import/users",
        "{\"inserted\": 1, \"updated\": 2, \"deleted\": 0, \"unchanged\": 0}");
    shell.write("users.csv", "id,name\n1,a\n");

    prints("Imported: 1 record added, 2 records modified\n", "import", "users", "users.csv");
    var request = server.request("POST /import/users");
    assertThat(request.rawBody()).isEqualTo("id,name\n1,a\n");
    assertThat(request.headers()).containsEntry("Content-Type", "text/csv");
    assertThat(request.query()).containsEntry("branch", "feature");

    shell.run("import", "users", "users.csv", "--as", "ndjson");
    assertThat(server.requests("POST /import/users").getLast().headers())
        .containsEntry("Content-Type", "application/x-ndjson");
    fails(
        2,
        "error: 'users.parquet' is neither csv nor json nor ndjson\n",
        "import",
        "users",
        "users.parquet");
    fails(3, "error: there is no file no.csv that can be read\n", "import", "users", "no.csv");
  }

  @Test
  void parametersOfQueries() {
    server.on("POST /query", "{\"columns\": [], \"rows\": [], \"truncated\": false}");

    shell.run("query", "SELECT $1", "-p", "42", "-p", "x y", "-p", "null", "-p", "[1]", "-p", "");
    assertThat(server.request("POST /query").body().path("params").toString())
        .isEqualTo("[42,\"x y\",null,[1],\"\"]");
  }

  @Test
  void deletesARepositoryByForceOnly() {
    server.on("GET /repositories/old", "{\"name\": \"old\"}");
    server.on("DELETE /repositories/old", 204, "");

    fails(4, "error: nothing brings a deleted repository back\n", "repo", "delete", "old");
    prints("Deleted repository 'old'\n", "repo", "delete", "old", "--force");
    assertThat(server.requests("DELETE /repositories/old")).hasSize(1);
  }

  @Test
  void tips() {
    assertThat(shell.run("tips").out()).contains("epoch init shop").contains("epoch doctor");
    assertThat(shell.run("tips", "--format", "json").out()).contains("\"tips\"");
  }
}

package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
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

    prints(
        "id,name\r\n1,\"a\r\nb\"\r\n",
        "export",
        "users",
        "--at",
        "HEAD~1",
        "--escape-formulas",
        "--format",
        "csv");
    assertThat(server.request("GET /export/users").query())
        .containsEntry("ref", "feature~1")
        .containsEntry("format", "csv")
        .containsEntry("csv_formulas", "escape");
    fails(
        2,
        "error: unknown format 'avro'; known: csv, json, ndjson, parquet\n",
        "export",
        "users",
        "--format",
        "avro");
    prints("id,name\r\n1,\"a\r\nb\"\r\n", "export", "users", "--format", "parquet");
    assertThat(server.requests("GET /export/users").getLast().query())
        .containsEntry("format", "parquet");
    shell.onTerminal();
    fails(
        2,
        "error: a Parquet file is nothing to read on a terminal\n"
            + "hint: epoch export users --output users.parquet\n",
        "export",
        "users",
        "--format",
        "parquet");
  }

  @Test
  void exportsToAFileInTheFormThatItsNameSays() throws IOException {
    server.on("GET /export/users", "é");

    for (String name : List.of("users.csv", "users.JSON", "users.jsonl", "users.parquet")) {
      prints("Wrote " + name + "\n", "export", "users", "-o", name);
      assertThat(Files.readString(shell.folder().resolve(name))).isEqualTo("é");
    }
    prints("", "export", "users", "--output", "users.dat", "--format", "ndjson", "--quiet");
    assertThat(
            server.requests("GET /export/users").stream()
                .map(request -> request.query().get("format")))
        .containsExactly("csv", "json", "ndjson", "parquet", "ndjson");
    fails(
        2,
        "error: --format csv, but the name of 'users.parquet' says parquet\n"
            + "hint: leave --format out, or name the file otherwise\n",
        "export",
        "users",
        "--output",
        "users.parquet",
        "--format",
        "csv");
    fails(
        2,
        "error: how records are to stand in 'users' is not said\n",
        "export",
        "users",
        "--output",
        "users");
    fails(
        3,
        "error: there is no folder for 'users.csv': " + shell.folder().resolve("no") + "\n",
        "export",
        "users",
        "--output",
        "no/users.csv");

    // what breaks off leaves the file that was there, and nothing else
    server.on("GET /export/orders", 500, "{}");
    assertThat(shell.run("export", "orders", "-o", "users.csv").exitCode()).isNotZero();
    assertThat(Files.readString(shell.folder().resolve("users.csv"))).isEqualTo("é");
    try (Stream<Path> files = Files.list(shell.folder())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith(".users"));
    }
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
        "error: 'users.xlsx' is neither csv nor json, ndjson or parquet\n",
        "import",
        "users",
        "users.xlsx");
    fails(
        2,
        "error: --as parquet, but the name of 'users.csv' says csv\n",
        "import",
        "users",
        "users.csv",
        "--as",
        "parquet");
    fails(3, "error: there is no file no.csv that can be read\n", "import", "users", "no.csv");
  }

  @Test
  void aRecordThatIsRefusedIsNamed() {
    shell.write("users.csv", "id,name\n1,a\nx,b\n");
    server
        .on(
            "POST /import/users",
            422,
            "{\"error\": \"WriteRefusedError\", \"message\": \"Column id: no integer\","
                + " \"details\": {\"index\": 1, \"remedy\": \"Give an integer\"}}")
        .on(
            "POST /import/users",
            422,
            "{\"error\": \"ValidationError\", \"message\": \"body.1: Too short\", \"detail\":"
                + " [{\"loc\": [\"body\", 1], \"msg\": \"Too short\"}]}");

    fails(
        5,
        "error: users.csv, record 2: Column id: no integer\nhint: Give an integer\n",
        "import",
        "users",
        "users.csv");
    fails(
        5,
        "error: users.csv, record 2: Too short\n"
            + "hint: correct the file; 'epoch table show users' shows the columns\n",
        "import",
        "users",
        "users.csv");
  }

  /** The file was written by pyarrow: two groups of rows, dictionaries, compressed by Snappy. */
  @Test
  void importsParquetOfOthers() throws IOException {
    // given
    try (InputStream file = getClass().getResourceAsStream("pyarrow.parquet")) {
      Files.copy(file, shell.folder().resolve("users.parquet"));
    }
    server.on(
        "GET /tables/users",
        "{\"name\": \"users\", \"schema\": {\"columns\": [{\"name\": \"document\", \"type\":"
            + " \"jsonb\"}]}}");
    server.on("POST /import/users", "{\"inserted\": 3}");

    // when
    prints("Imported: 3 records added\n", "import", "users", "users.parquet");

    // then
    var request = server.request("POST /import/users");
    assertThat(request.headers()).containsEntry("Content-Type", "application/x-ndjson");
    assertThat(request.rawBody())
        .isEqualTo(
            """
            {"id":1,"small":255,"big":9007199254740993,"price":-12.30,"single":0.1,"double":"-0",\
            "flag":true,"name":"é \\"x\\"","kind":"a","bytes":"AP8=","day":"2024-01-31",\
            "time":"12:30:00.500","local":"2024-01-31T12:30:00.250","utc":"2024-01-31T10:30Z",\
            "document":{"a":[1,null]}}
            {"id":2,"small":null,"big":null,"price":null,"single":null,"double":null,"flag":null,\
            "name":null,"kind":null,"bytes":null,"day":null,"time":null,"local":null,"utc":null,\
            "document":null}
            {"id":3,"small":0,"big":-1,"price":0.05,"single":"Infinity","double":"NaN","flag":false,\
            "name":"","kind":"b","bytes":"","day":"1969-12-31","time":"00:00",\
            "local":"1969-12-31T23:59:59","utc":"1969-12-31T23:59:59.999Z","document":"s"}
            """);

    // and by pyarrow, compressed by zstd, with pages of version 2
    try (InputStream file = getClass().getResourceAsStream("pyarrow-zstd.parquet")) {
      Files.copy(file, shell.folder().resolve("zstd.parquet"));
    }
    prints("Imported: 3 records added\n", "import", "users", "zstd.parquet");
    assertThat(server.requests("POST /import/users").getLast().rawBody())
        .isEqualTo(
            """
            {"id":1,"name":"a","price":1.50,"at":"2024-01-31T12:30Z"}
            {"id":2,"name":"a","price":null,"at":null}
            {"id":3,"name":null,"price":-2.25,"at":"1969-12-31T23:59:59Z"}
            """);
    for (String codec : List.of("brotli", "lz4")) {
      String name = codec + ".parquet";
      try (InputStream file = getClass().getResourceAsStream("pyarrow-" + name)) {
        Files.copy(file, shell.folder().resolve(name));
      }
      fails(
          5,
          "error: cannot read %s as Parquet: it is compressed by %s\n"
              .formatted(name, codec.toUpperCase(Locale.ROOT)),
          "import",
          "users",
          name);
    }
    shell.write("users.parquet", "PAR1 no more");
    var broken = shell.run("import", "users", "users.parquet");
    assertThat(broken.err()).startsWith("error: cannot read users.parquet as Parquet: ");
    assertThat(broken.exitCode()).isEqualTo(5);
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
  void anEmptyFileIsSaidToBeEmpty() {
    shell.write("none.csv", "");

    fails(
        5,
        "error: none.csv is empty: it holds not even the columns' names\nhint: name another one\n",
        "import",
        "users",
        "none.csv");
  }

  @Test
  void aWrongLineOfAFileIsNamed() {
    shell.write("users.csv", "id\n\"1\n");
    server.on(
        "POST /import/users",
        422,
        """
        {"error": "ValidationError", "message": "body.0: Line 2: no end", "details": {"line": 2},
         "detail": [{"loc": ["body", 0], "msg": "Line 2: no end"}]}
        """);

    fails(
        5,
        "error: users.csv: Line 2: no end\n"
            + "hint: correct the file; 'epoch table show users' shows the columns\n",
        "import",
        "users",
        "users.csv");
  }

  @Test
  void deletesARepositoryWithItsTables() {
    server.on(
        "DELETE /repositories/old",
        422,
        """
        {"error": "ValidationError", "message": "Repository 'old' still versions 2 table(s)",
         "details": {"tables": ["a", "b"]}}
        """);
    server.on("DELETE /repositories/old", 204, "");
    server.on("DELETE /tables/a", 204, "").on("DELETE /tables/b", 204, "");

    prints("Deleted repository 'old'\n", "repo", "delete", "old", "--force");

    assertThat(server.request("DELETE /tables/b").query())
        .containsEntry("repository", "old")
        .containsEntry("force", "true")
        .containsEntry("purge", "true");
  }

  @Test
  void whatIsPrintedWithoutAFormatIsSaid() {
    server.on("GET /export/users", "id\n1\n");

    var printed = shell.run("export", "users");

    assertThat(printed.out()).isEqualTo("id\n1\n");
    assertThat(printed.err())
        .isEqualTo(
            "Wrote csv; --format chooses another form, --output <file> the one that the name ends"
                + " with\n");
    prints("id\n1\n", "export", "users", "--format", "csv");
    prints("id\n1\n", "--quiet", "export", "users");
    assertThat(shell.onTerminal().run("export", "users").err()).isEmpty();
  }

  @Test
  void tips() {
    assertThat(shell.run("tips").out()).contains("epoch init shop").contains("epoch doctor");
    assertThat(shell.run("tips", "--format", "json").out()).contains("\"tips\"");
  }
}

package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.cli.local.MetadataUrl;
import dev.epoch.testing.ScriptedServer;
import dev.epoch.testing.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code epoch init} where no server is named. That a server is really started on the database is
 * shown by {@code LocalServersIT} of {@code qa}.
 */
class InitCommandTest extends CommandTest {
  private static final String URL = "postgresql://ann:s3cret@localhost/horizon_epoch";
  private static final String CREATED =
      "{\"name\": \"shop\", \"id\": \"550e8400-e29b-41d4-a716-446655440000\", \"default_branch\": \"main\"}";
  private static final String ELSEWHERE =
      """
      {"error": "ValidationError", "message": "body.metadata_url: This server keeps its metadata in x",
       "details": {"errors": [{"type": "value_error", "loc": ["body", "metadata_url"], "msg": "m"}]}}
      """;

  private Path data;

  @BeforeEach
  void home() throws IOException {
    data = root.resolve("data");
    shell.set("EPOCH_HOME", root.toString()).set("EPOCH_DATA_DIR", data.toString());
    shell.set("EPOCH_SERVER_URL", null);
    shell.set("EPOCH_API_PORT", server.url().replaceFirst(".*:", ""));
    Path run = Files.createDirectories(root.resolve("bin")).resolve("run");
    Files.writeString(
        run,
        """
        #!/bin/sh
        echo "$EPOCH_METADATA_URL $EPOCH_API_PORT $EPOCH_SECRET_KEYS_FILE"
        exit 1
        """);
    Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwx------"));
    healthy(server);
  }

  private static void healthy(ScriptedServer of) {
    of.on("GET /health", "{\"status\": \"healthy\", \"version\": \"1.0\"}");
    of.on("GET /ready", "{\"ready\": true}");
  }

  private Path folderOfDatabase() throws IOException {
    try (Stream<Path> folders = Files.list(data.resolve("servers"))) {
      return folders.findFirst().orElseThrow();
    }
  }

  @Test
  void theUsualServerIsTakenIfItKeepsItsMetadataThere() {
    server.on("POST /repositories", 201, CREATED);

    prints(
        "Initialized repository 'shop' on branch 'main'\n", "init", "shop", "--metadata-url", URL);

    assertThat(shell.read(".epoch/config"))
        .isEqualTo(
            """
            repository_name = "shop"
            repository_id = "550e8400-e29b-41d4-a716-446655440000"
            metadata_url = "postgresql://ann@localhost/horizon_epoch"
            current_branch = "main"

            [server]
            url = "http://localhost:%s"
            """
                .formatted(server.url().replaceFirst(".*:", "")));
    assertThat(shell.folder().resolve(".epoch/refs/heads")).isEmptyDirectory();
    assertThat(shell.folder().resolve(".epoch/refs/tags")).isEmptyDirectory();
  }

  @Test
  void anotherOneIsStartedElse() throws IOException {
    server.on("POST /repositories", 422, ELSEWHERE);

    Shell.Result refused = shell.run("init", "shop", "--metadata-url", URL);

    assertThat(refused.exitCode()).isEqualTo(6);
    assertThat(refused.err())
        .startsWith("Starting a server on postgresql://ann@localhost/horizon_epoch ...\n")
        .containsPattern(
            "error: the server has ended: .*"
                + URL
                + " \\d+ "
                + data.resolve("secret.keys")
                + "\nhint: look at "
                + folderOfDatabase().resolve("local.log"));
    assertThat(shell.folder().resolve(".epoch")).doesNotExist();
    Path kept = folderOfDatabase().resolve("metadata.url");
    assertThat(kept).hasContent(URL);
    assertThat(Files.getPosixFilePermissions(kept))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));

    // the password is known from then on
    shell.run("init", "shop", "--metadata-url", URL.replace(":s3cret", ""));
    assertThat(Files.readAllLines(folderOfDatabase().resolve("local.log")).getLast())
        .startsWith(URL);
  }

  @Test
  void oneThatWasStartedForTheDatabaseIsFoundAgain() throws IOException {
    server.on("POST /repositories", 422, ELSEWHERE);
    shell.run("init", "shop", "--metadata-url", URL);
    try (ScriptedServer other = new ScriptedServer()) {
      healthy(other);
      other.on("POST /repositories", 201, CREATED);
      other.on("GET /status", "{\"branch\": \"main\", \"staged\": [], \"unstaged\": []}");
      String address = other.url().replace("127.0.0.1", "localhost");
      Files.writeString(folderOfDatabase().resolve("address"), address + "\n");
      ProcessHandle self = ProcessHandle.current();
      Files.writeString(
          folderOfDatabase().resolve("local.json"),
          "{\"pid\": %d, \"started\": \"%s\"}"
              .formatted(self.pid(), self.info().startInstant().orElseThrow()));

      prints(
          "Initialized repository 'shop' on branch 'main'\n",
          "init",
          "shop",
          "--metadata-url",
          URL.replace(":s3cret", ""));
      assertThat(shell.run("status").out()).startsWith("On branch main\n");
      assertThat(other.requests("GET /status")).hasSize(1);
      assertThat(shell.run("local", "status").out()).contains(address, "process: " + self.pid());

      other
          .forget("POST /repositories")
          .on(
              "POST /repositories",
              409,
              "{\"error\": \"RepositoryAlreadyExistsError\", \"message\": \"it exists\"}");
      fails(
          4,
          "error: it exists\nhint: 'epoch repo open shop --server "
              + address
              + "' ties this folder to it; or choose another name\n",
          "init",
          "shop",
          "--metadata-url",
          URL,
          "-C",
          Files.createDirectory(root.resolve("fresh")).toString());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://localhost/db, postgresql://localhost/db",
    "postgres://u:p@h:5433/db?sslmode=require, postgres://u@h:5433/db?sslmode=require",
    "postgresql://u:p%40q@h/db, postgresql://u@h/db",
    "postgresql://u:p@q@h/db, postgresql://u@h/db",
    "postgresql://h/db?password=p, postgresql://h/db",
    "postgresql://h/db?password=p&sslmode=require, postgresql://h/db?sslmode=require",
    "postgresql://h/db?user=u&password=p, postgresql://h/db?user=u",
    "'postgresql://[::1]:5432/db', 'postgresql://[::1]:5432/db'"
  })
  void passwordsAreTakenOutOfUrls(String whole, String without) {
    assertThat(new MetadataUrl(whole).withoutPassword()).isEqualTo(without);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mysql://h/d", "h/d", "postgresql://u:s3/cret@h/d", "x"})
  void whatIsNoUrlOfPostgresIsRefusedUnseen(String url) {
    Shell.Result refused = shell.run("init", "shop", "--metadata-url", url);

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err())
        .startsWith("error: the metadata URL is not that of a PostgreSQL database\nhint: ")
        .doesNotContain("s3");
    assertThat(server.requests("POST /repositories")).isEmpty();
  }

  @Test
  void currentBranchAndRefsFollow() {
    server.on("POST /repositories", 201, CREATED);
    server.on(
        "GET /branches",
        "{\"branches\": [{\"name\": \"main\", \"head_commit_id\": \"aaaa\"},"
            + " {\"name\": \"feature/x\", \"head_commit_id\": \"bbbb\"}]}");
    server.on("POST /commits", 201, "{\"id\": \"cccc\", \"message\": \"m\", \"tables\": []}");
    server.on("GET /commits/cccc", "{\"id\": \"cccc\", \"message\": \"m\", \"tables\": []}");
    shell.run("init", "shop");
    assertThat(shell.read(".epoch/config")).doesNotContain("metadata_url", "[server]");

    shell.run("checkout", "feature/x");

    assertThat(shell.read(".epoch/config")).contains("current_branch = \"feature/x\"\n");
    assertThat(shell.read(".epoch/refs/heads/feature/x")).isEqualTo("bbbb\n");
    assertThat(shell.run("commit", "-m", "m").exitCode()).isZero();
    assertThat(shell.read(".epoch/refs/heads/feature/x")).isEqualTo("cccc\n");
    assertThat(shell.run("checkout", "cccc").exitCode()).isZero();
    assertThat(shell.read(".epoch/config")).doesNotContain("current_branch");
  }
}

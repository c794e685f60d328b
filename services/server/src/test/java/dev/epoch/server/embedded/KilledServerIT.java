package dev.epoch.server.embedded;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.server.MetadataDatabaseUrl;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** Runs the packaged server as its own process and takes it away without a warning. */
@Timeout(180)
class KilledServerIT {

  private static final Path START = Path.of("../../bin/lib/start-server");
  private static final Duration START_LIMIT = Duration.ofSeconds(90);

  @TempDir Path home;
  private Process server;
  private Map<String, String> variables = Map.of();

  @AfterEach
  void stop() throws IOException, InterruptedException {
    if (server != null) {
      server.destroy();
      server.waitFor(60, SECONDS);
    }
    new Postmaster(home.resolve("postgres")).makeWay();
  }

  @Test
  void whatWasCommittedIsThereAfterAKill() throws Exception {
    // given a commit, and a session that stays open beyond the kill
    server = start();
    try (Connection session = connect();
        Statement statement = session.createStatement()) {
      statement.execute("CREATE TABLE kept (value text)");
      statement.execute("INSERT INTO kept VALUES ('before the kill')");
      ProcessHandle orphan = postmaster();
      String url = Files.readString(home.resolve("postgres.url"));

      // when
      server.destroyForcibly();
      assertThat(server.waitFor(30, SECONDS)).isTrue();
      assertThat(orphan.isAlive()).isTrue();
      server = start();

      // then
      assertThat(postmaster().pid()).isNotEqualTo(orphan.pid());
      assertThat(Files.readString(home.resolve("postgres.url"))).isEqualTo(url);
      assertThat(kept()).isEqualTo("before the kill");
    }
  }

  @Test
  void aStopEndsPostgresToo() throws Exception {
    Path file = home.resolve("epoch.log");
    variables = Map.of("EPOCH_LOG_FORMAT", "json", "EPOCH_LOG_FILE", file.toString());
    server = start();
    assertThat(postmaster().isAlive()).isTrue();

    server.destroy();

    assertThat(server.waitFor(60, SECONDS)).isTrue();
    assertThat(Files.readAllLines(file))
        .anyMatch(line -> line.contains("Listening on"))
        .allMatch(line -> line.startsWith("{\"") && line.contains("\"message\":\""));
    assertThat(log().lines().filter(line -> line.contains("Listening on")))
        .allMatch(line -> line.startsWith("{\""))
        .isNotEmpty();
    assertThat(new Postmaster(home.resolve("postgres")).running()).isEmpty();
    assertThat(home.resolve("postgres/postmaster.pid")).doesNotExist();
    assertThat(log()).contains("$(cat ").doesNotContain(password());
  }

  @Test
  void aSecondServerOnTheDirectoryGivesUpAndTheFirstGoesOn() throws Exception {
    server = start();

    Process second = launch(freePort(), "second.log");

    assertThat(second.waitFor(60, SECONDS)).isTrue();
    assertThat(second.exitValue()).isEqualTo(1);
    assertThat(Files.readString(home.resolve("second.log")))
        .contains("Another Epoch server (process " + server.pid() + ")");
    assertThat(server.isAlive()).isTrue();
    assertThat(postmaster().isAlive()).isTrue();
  }

  private Process start() throws Exception {
    int port = freePort();
    Process process = launch(port, "server.log");
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
              .timeout(Duration.ofSeconds(10))
              .build();
      Instant limit = Instant.now().plus(START_LIMIT);
      while (Instant.now().isBefore(limit) && process.isAlive()) {
        try {
          if (client.send(request, BodyHandlers.discarding()).statusCode() == 200) {
            return process;
          }
        } catch (IOException notListeningYet) {
          LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
      }
    }
    process.destroy();
    throw new AssertionError("The server did not come up:\n" + log());
  }

  private Process launch(int port, String log) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(START.toAbsolutePath().toString());
    builder.environment().keySet().removeAll(Set.of("EPOCH_METADATA_URL", "DATABASE_URL"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder
        .environment()
        .put(
            "EPOCH_JAVA_OPTIONS",
            // with the same folder for temporary files: ports are reserved there
            "-Xmx768m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djava.io.tmpdir="
                + System.getProperty("java.io.tmpdir"));
    builder.environment().put("EPOCH_DATA_DIR", home.toString());
    builder.environment().putAll(variables);
    builder.environment().put("EPOCH_API_HOST", "127.0.0.1");
    builder.environment().put("EPOCH_API_PORT", Integer.toString(port));
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve(log).toFile()))
        .start();
  }

  private ProcessHandle postmaster() throws IOException {
    return new Postmaster(home.resolve("postgres")).running().orElseThrow();
  }

  private String kept() throws IOException, SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT value FROM kept")) {
      assertThat(result.next()).isTrue();
      return result.getString(1);
    }
  }

  private Connection connect() throws IOException, SQLException {
    MetadataDatabaseUrl url = url();
    PGSimpleDataSource database = new PGSimpleDataSource();
    database.setUrl("jdbc:postgresql://%s:%d/%s".formatted(url.host(), url.port(), url.database()));
    return database.getConnection(url.user(), url.password().orElseThrow());
  }

  private String password() throws IOException {
    return url().password().orElseThrow();
  }

  private MetadataDatabaseUrl url() throws IOException {
    return MetadataDatabaseUrl.parse(Files.readString(home.resolve("postgres.url")));
  }

  private String log() throws IOException {
    return Files.readString(home.resolve("server.log"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}

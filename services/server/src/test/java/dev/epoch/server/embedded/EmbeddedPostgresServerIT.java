package dev.epoch.server.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.server.MetadataDatabaseUrl;
import dev.epoch.server.StartRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresServerIT {

  /** Of no range that servers of other tests, which run at the same time, take their ports from. */
  private static final int OWN_PORT = 18_432;

  /** One for all tests: PostgreSQL is unpacked once. */
  @TempDir static Path root;

  private Path home;

  @BeforeEach
  void ownDirectory(TestInfo test) {
    home = root.resolve(test.getTestMethod().orElseThrow().getName());
  }

  @Test
  void everyCommitReachesTheDisk() throws IOException, SQLException {
    try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(home)) {
      assertThat(setting(server.url(), "fsync")).isEqualTo("on");
      assertThat(setting(server.url(), "synchronous_commit")).isEqualTo("on");
      assertThat(setting(server.url(), "full_page_writes")).isEqualTo("on");
    }
  }

  @Test
  void onlyWhoKnowsThePasswordGetsInAndOnlyFromThisMachine() throws IOException, SQLException {
    try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(home)) {
      MetadataDatabaseUrl url = server.url();
      String jdbc = "jdbc:postgresql://127.0.0.1:%d/epoch".formatted(url.port());

      assertThatThrownBy(() -> DriverManager.getConnection(jdbc, "postgres", "guess").close())
          .hasMessageContaining("password authentication failed");
      assertThat(setting(url, "listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(setting(url, "unix_socket_directories")).isEmpty();
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(home.resolve("postgres.url"))))
          .isEqualTo("rw-------");
      assertThat(home.resolve("postgres.password")).doesNotExist();
    }
  }

  @Test
  void startsAgainOnTheSamePortWithTheSamePassword() throws IOException {
    MetadataDatabaseUrl first;
    try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(home, OWN_PORT)) {
      first = server.url();
    }
    try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(home, OWN_PORT)) {
      assertThat(server.url()).isEqualTo(first);
    }
  }

  @Test
  void twoDirectoriesAreTwoDatabases() throws IOException {
    try (EmbeddedPostgresServer one = EmbeddedPostgresServer.start(home.resolve("one"));
        EmbeddedPostgresServer two = EmbeddedPostgresServer.start(home.resolve("two"))) {
      assertThat(one.url().port()).isNotEqualTo(two.url().port());
    }
  }

  @Test
  void manyStartAtOnce() throws Exception {
    List<Future<EmbeddedPostgresServer>> starts = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 4; i++) {
        Path directory = home.resolve("server-" + i);
        starts.add(threads.submit(() -> EmbeddedPostgresServer.start(directory)));
      }
      Set<Integer> ports = new HashSet<>();
      for (Future<EmbeddedPostgresServer> start : starts) {
        try (EmbeddedPostgresServer server = start.get(60, TimeUnit.SECONDS)) {
          ports.add(server.url().port());
        }
      }
      assertThat(ports).hasSize(4);
    }
  }

  @Test
  void aDirectoryInUseIsRefused() throws IOException, SQLException {
    try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(home)) {
      assertThatThrownBy(() -> EmbeddedPostgresServer.start(home))
          .isInstanceOf(StartRefusedException.class)
          .hasMessageContaining("process " + ProcessHandle.current().pid());

      assertThat(setting(server.url(), "fsync")).isEqualTo("on");
    }
  }

  @Test
  void aFirstStartThatWasKilledIsRepeated() throws IOException, SQLException {
    Files.createDirectories(home.resolve("postgres/base"));
    Files.writeString(home.resolve("postgres/postgresql.conf"), "");
    Files.createDirectories(home.resolve("postgres-binaries/PG-half/bin"));
    Files.writeString(home.resolve("postgres.incomplete"), "");

    try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(home)) {
      assertThat(setting(server.url(), "fsync")).isEqualTo("on");
      assertThat(home.resolve("postgres.incomplete")).doesNotExist();
    }
  }

  @Test
  void aDatabaseWhosePasswordIsMissingIsNotReplaced() throws IOException {
    EmbeddedPostgresServer.start(home).close();
    Files.delete(home.resolve("postgres.url"));

    assertThatThrownBy(() -> EmbeddedPostgresServer.start(home))
        .isInstanceOf(StartRefusedException.class)
        .hasMessageContaining("postgres.url");

    assertThat(home.resolve("postgres/PG_VERSION")).exists();
  }

  private static String setting(MetadataDatabaseUrl url, String name) throws SQLException {
    String jdbc = "jdbc:postgresql://%s:%d/%s".formatted(url.host(), url.port(), url.database());
    try (Connection connection =
            DriverManager.getConnection(jdbc, url.user(), url.password().orElseThrow());
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SHOW " + name)) {
      result.next();
      return result.getString(1);
    }
  }
}

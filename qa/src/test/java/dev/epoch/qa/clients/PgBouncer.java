package dev.epoch.qa.clients;

import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A PgBouncer of its own before a database, with one connection for each entry of its list. */
final class PgBouncer implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Database database;
  private final int port;
  private final Process process;

  private PgBouncer(Database database, int port, Process process) {
    this.database = database;
    this.port = port;
    this.process = process;
  }

  /**
   * Starts it in a folder.
   *
   * @param entries its databases: name, and what the entry says beside host, port and database
   */
  static PgBouncer before(Database database, Path folder, Map<String, String> entries)
      throws Exception {
    return before(database, folder, entries, "");
  }

  /**
   * As {@link #before(Database, Path, Map)}.
   *
   * @param ignored startup parameters that it keeps to itself instead of refusing them
   */
  static PgBouncer before(
      Database database, Path folder, Map<String, String> entries, String ignored)
      throws Exception {
    String program = Installed.program("pgbouncer", "pgbouncer");
    int port = Ports.free();
    Path settings = folder.resolve("pgbouncer.ini");
    Files.writeString(settings, settings(database, port, entries, ignored));
    List<String> command = new ArrayList<>(List.of(program, "-q", settings.toString()));
    if ("root".equals(System.getProperty("user.name"))) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
      command.addAll(1, List.of("-u", "nobody"));
    }
    Path log = folder.resolve("pgbouncer.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Poll.until(
        "PgBouncer listens",
        LIMIT,
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("PgBouncer ended:\n" + Files.readString(log));
          }
          try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
          } catch (IOException notYet) {
            return false;
          }
        });
    return new PgBouncer(database, port, process);
  }

  private static String settings(
      Database database, int port, Map<String, String> entries, String ignored) {
    StringBuilder lines = new StringBuilder("[databases]\n");
    entries.forEach((name, more) ->
        lines.append(
            "%s = host=%s port=%d dbname=%s %s\n"
                .formatted(name, database.host(), database.port(), database.name(), more)));
    return lines
        + """
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = %d
        unix_socket_dir =
        auth_type = any
        pool_mode = transaction
        default_pool_size = 1
        ignore_startup_parameters = extra_float_digits%s
        client_login_timeout = 3
        server_login_retry = 1
        """
            .formatted(port, ignored.isEmpty() ? "" : ", " + ignored);
  }

  /** One of its databases. */
  Database entry(String name) {
    return new Database("127.0.0.1", port, name, database.user(), "unused");
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}

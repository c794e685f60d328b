package dev.epoch.qa.trial;

import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Poll;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A PostgreSQL of its own, as durable as a real one, that can be killed and started again. */
final class TrialPostgres implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path data;
  private final int port;
  private final Path control;

  private TrialPostgres(Path data, int port, Path control) {
    this.data = data;
    this.port = port;
    this.control = control;
  }

  /** Starts one below a folder. */
  static TrialPostgres started(Path folder) throws IOException {
    Path data = Files.createDirectories(folder).resolve("data");
    EmbeddedPostgres postgres =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("max_connections", "200")
            .setRegisterShutdownHook(false)
            .start();
    Path binary =
        Path.of(
            ProcessHandle.of(pid(data)).flatMap(process -> process.info().command()).orElseThrow());
    return new TrialPostgres(data, postgres.getPort(), binary.resolveSibling("pg_ctl"));
  }

  /** A database of it, made new. */
  Database create(String name) throws Exception {
    return new Database("127.0.0.1", port, "postgres", "postgres", "not-asked-for").create(name);
  }

  /** Ends it at once, as a crash does: connections break, shared memory is lost. */
  void kill() throws Exception {
    control("stop", "--mode=immediate");
  }

  /** Starts it again, which replays its own log; returns when it answers. */
  void start() throws Exception {
    control("start", "--wait", "--log=" + data.resolveSibling("postgres.log"), "-o", "-p " + port);
  }

  private static long pid(Path data) throws IOException {
    return Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip());
  }

  private void control(String verb, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      // pg_ctl refuses to work as root; in a user namespace of its own it does not notice
      command.addAll(List.of("unshare", "-U"));
    }
    command.addAll(List.of(control.toString(), verb, "--pgdata=" + data));
    command.addAll(List.of(options));
    Path out = data.resolveSibling("pg_ctl.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException(verb + " failed: " + Files.readString(out));
    }
  }

  @Override
  public void close() throws Exception {
    if (Files.exists(data.resolve("postmaster.pid"))) {
      control("stop", "--mode=fast");
      Poll.until("it has stopped", LIMIT, () -> !Files.exists(data.resolve("postmaster.pid")));
    }
  }
}

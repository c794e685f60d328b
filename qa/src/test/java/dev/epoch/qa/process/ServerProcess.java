package dev.epoch.qa.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The packaged server as a process of its own, on one port and one data directory for as long as
 * this object lives. It can be started and ended many times.
 */
public final class ServerProcess implements AutoCloseable {

  /** What the process may take beside its heap, in MiB: classes, code, buffers and stacks. */
  public static final int BESIDE_HEAP = 512;

  /** Its PostgreSQL is unpacked and made first: 3 s alone, a minute beside builds. */
  private static final Duration START_LIMIT = Duration.ofSeconds(300);

  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

  private final Path dataDirectory;
  private final int port;

  /** Where clients of databases reach branches. */
  private final int gatewayPort;

  /** Where no other server's PostgreSQL looks for a port while this one is down. */
  private final int postgresPort;

  private Path command = Checkout.startServer();

  /** As of a test of seconds: see tests.argLine in the parent pom. */
  private String machine = "-Xmx768m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

  private final StartArchive archive = new StartArchive();

  private Process process;

  /** A server that does not run yet. */
  public ServerProcess(Path dataDirectory) throws IOException {
    this.dataDirectory = dataDirectory;
    this.port = Ports.free();
    this.postgresPort = Ports.free();
    this.gatewayPort = Ports.free();
  }

  /** From the next start on with this much heap, in MiB; running out of it ends the process. */
  public ServerProcess heap(int mebibytes) {
    machine = "-Xmx" + mebibytes + "m -XX:+ExitOnOutOfMemoryError";
    return this;
  }

  /** Starts it by another command than {@code bin/lib/start-server} of this checkout. */
  public ServerProcess startedBy(Path other) {
    command = other;
    return this;
  }

  /** A server that is ready. */
  public static ServerProcess started(Path dataDirectory) throws Exception {
    return new ServerProcess(dataDirectory).start();
  }

  /** Where the server listens. */
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /** A client of its REST API. */
  public Rest rest() {
    return new Rest(url());
  }

  /** The PostgreSQL that the server keeps under its data directory. */
  public Database database() throws IOException {
    return Database.of(Files.readString(dataDirectory.resolve("postgres.url")).strip());
  }

  /** A database of this server's, on a branch through the gateway. */
  public Database onBranch(Database database, String branch) {
    return new Database(
        "127.0.0.1",
        gatewayPort,
        database.name() + "@" + branch,
        database.user(),
        database.password());
  }

  /** Variables that lead the commands of bin/ here. */
  public Map<String, String> variables() {
    Map<String, String> variables = new HashMap<>(Checkout.javaHome());
    variables.put("EPOCH_SERVER_URL", url());
    variables.put("EPOCH_DATA_DIR", dataDirectory.toString());
    variables.put("EPOCH_AUTHOR_NAME", "Your Name");
    variables.put("EPOCH_AUTHOR_EMAIL", "you@example.com");
    variables.put("NO_COLOR", "1");
    variables.put("TZ", "UTC");
    return variables;
  }

  /** A shell in a folder, whose commands lead here. */
  public Shell shell(Path folder) {
    return new Shell(folder, variables());
  }

  /** Starts it and waits until it is ready. */
  public ServerProcess start() throws Exception {
    return start(Map.of());
  }

  /** Starts it with further variables and waits until it is ready. */
  public ServerProcess start(Map<String, String> variables) throws Exception {
    launch(variables);
    return awaitReady();
  }

  /** Waits until it is ready. */
  public ServerProcess awaitReady() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest ready =
          HttpRequest.newBuilder(URI.create(url() + "/ready"))
              .timeout(Duration.ofSeconds(10))
              .build();
      Poll.until(
          "the server is ready",
          START_LIMIT,
          () -> {
            if (!process.isAlive()) {
              throw new AssertionError("The server ended while starting:\n" + log());
            }
            try {
              return client.send(ready, BodyHandlers.discarding()).statusCode() == 200;
            } catch (IOException notListeningYet) {
              return false;
            }
          });
      PostgresPrograms.keep(dataDirectory);
      return this;
    } catch (AssertionError failure) {
      close();
      throw new AssertionError(failure.getMessage() + "\n" + log(), failure);
    }
  }

  /** Starts it without waiting. */
  public void launch(Map<String, String> variables) throws IOException {
    if (process != null && process.isAlive()) {
      throw new IllegalStateException("the server runs already");
    }
    Files.createDirectories(dataDirectory);
    boolean packaged = command.equals(Checkout.startServer());
    if (packaged) {
      PostgresPrograms.give(dataDirectory);
    }
    ProcessBuilder builder = new ProcessBuilder(command.toString());
    Shell.prepare(builder, variables);
    builder.environment().putAll(Checkout.javaHome());
    if (!builder.environment().containsKey("EPOCH_JAVA_OPTIONS")) {
      String options = machine + (packaged ? archive.options() : "");
      builder.environment().put("EPOCH_JAVA_OPTIONS", options);
    }
    builder.environment().put("EPOCH_DATA_DIR", dataDirectory.toString());
    builder.environment().putIfAbsent("EPOCH_API_HOST", "127.0.0.1");
    builder.environment().put("EPOCH_API_PORT", Integer.toString(port));
    builder.environment().putIfAbsent("EPOCH_GATEWAY_PORT", Integer.toString(gatewayPort));
    builder.environment().putIfAbsent("EPOCH_POSTGRES_PORT", Integer.toString(postgresPort));
    process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
            .start();
  }

  /** Asks it to stop, as an operator does, and waits until it has ended. */
  public void stop() throws Exception {
    archive.keep(process);
    process.destroy();
    awaitEnd();
  }

  /** Takes it away without a warning, and waits until it has ended. Its PostgreSQL goes on. */
  public void kill() throws Exception {
    archive.keep(process);
    process.destroyForcibly();
    awaitEnd();
  }

  /** Stops its process where it is, as a machine that hangs. */
  public void pause() throws Exception {
    archive.ended(); // who stands still does not answer when it is asked for what it has loaded
    signal("STOP");
  }

  /** Lets a paused process go on; nothing otherwise. */
  public void resume() throws Exception {
    if (running()) {
      signal("CONT");
    }
  }

  private void signal(String name) throws Exception {
    int sent =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (sent != 0) {
      throw new IllegalStateException("SIG" + name + " was not sent");
    }
  }

  /** The most memory that its process has held, in MiB: heap, classes, buffers, code. */
  public int peakMebibytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .map(line -> Integer.parseInt(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  /** Whether its process is there. */
  public boolean running() {
    return process != null && process.isAlive();
  }

  /** Waits until it has ended by itself. */
  public int awaitEnd() throws InterruptedException {
    if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("The server did not end\n" + log());
    }
    archive.ended();
    return process.exitValue();
  }

  /** What the server has said since its first start. */
  public String log() {
    try {
      return Files.exists(logFile()) ? Files.readString(logFile()) : "";
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  /** What each of its threads does at this moment, virtual ones too; empty if it does not run. */
  public String threads() throws Exception {
    if (!running()) {
      return "";
    }
    Path dump = dataDirectory.resolve("threads-" + System.nanoTime() + ".txt");
    new ProcessBuilder(
            Path.of(Checkout.java()).resolveSibling("jcmd").toString(),
            Long.toString(process.pid()),
            "Thread.dump_to_file",
            dump.toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
    return Files.exists(dump) ? Files.readString(dump) : "";
  }

  private Path logFile() {
    return dataDirectory.resolve("server.log");
  }

  /** Ends the server, and the PostgreSQL that it may have left behind. */
  @Override
  public void close() throws Exception {
    if (process != null && process.isAlive()) {
      archive.keep(process);
      process.destroy();
      if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      archive.ended();
    }
    Path pidFile = dataDirectory.resolve("postgres/postmaster.pid");
    if (Files.exists(pidFile)) {
      long pid = Long.parseLong(Files.readAllLines(pidFile).getFirst().strip());
      ProcessHandle.of(pid)
          .filter(found -> found.info().command().orElse("").endsWith("postgres"))
          .ifPresent(ProcessHandle::destroy);
      Poll.until("PostgreSQL has stopped", STOP_LIMIT, () -> !Files.exists(pidFile));
    }
  }
}

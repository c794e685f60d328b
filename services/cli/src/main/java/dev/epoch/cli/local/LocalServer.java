package dev.epoch.cli.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.ProcessEnvironment;
import dev.epoch.client.EpochClient;
import dev.epoch.client.EpochException;
import dev.epoch.client.RetryPolicy;
import dev.epoch.client.transport.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * A server of this machine: {@code bin/run} in the background. What was started is kept beside its
 * data, in {@code local.json}, so that nothing else is ever stopped. One whose metadata database is
 * named has a folder of its own for that database, below the data of the usual one; all of them
 * seal secrets with the same keys.
 */
public final class LocalServer {
  private static final Set<String> HERE = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final int LAST_LINES = 5;
  private static final int PORTS = 100;
  private static final String ADDRESS = "address";

  private final ProcessEnvironment environment;
  private final URI url;
  private final Path home;
  private final Path root;
  private final Path data;
  private final MetadataUrl metadata;

  /**
   * @param directory that relative paths are below
   * @param serverUrl of the settings
   * @param metadata where it is to keep metadata; null for a PostgreSQL of its own
   * @throws CommandFailure if the server is another machine's, or there is none to start here
   */
  public LocalServer(
      ProcessEnvironment environment, Path directory, String serverUrl, MetadataUrl metadata) {
    this.environment = Objects.requireNonNull(environment, "environment");
    this.url = URI.create(serverUrl);
    if (url.getHost() == null || !HERE.contains(url.getHost())) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "the server of the settings is " + serverUrl + ", not one of this machine",
          "name one: --server http://localhost:8000");
    }
    this.home = home(environment);
    this.root = root(environment, directory);
    this.metadata = metadata;
    this.data = metadata == null ? root : folder(root, metadata);
  }

  /**
   * The server for a metadata database: the one that was started for it, else one that is still to
   * be started, at its former address or at the next free port.
   *
   * @param firstPort to try
   */
  public static LocalServer keeping(
      ProcessEnvironment environment, Path directory, MetadataUrl metadata, int firstPort) {
    Path data = folder(root(environment, directory), metadata);
    Path address = data.resolve(ADDRESS);
    if (Files.isRegularFile(address)) {
      try {
        LocalServer former =
            new LocalServer(environment, directory, Files.readString(address).strip(), metadata);
        if (former.process().isPresent() || isFree(former.port())) {
          return former;
        }
      } catch (IOException unreadable) {
        throw new CommandFailure(
            ExitCode.CONFLICT, "cannot read " + address, "make it readable, or delete it");
      }
    }
    for (int port = firstPort; port < firstPort + PORTS; port++) {
      if (isFree(port)) {
        return new LocalServer(environment, directory, "http://localhost:" + port, metadata);
      }
    }
    throw new CommandFailure(
        ExitCode.UNAVAILABLE,
        "none of the ports %d to %d is free".formatted(firstPort, firstPort + PORTS - 1),
        "EPOCH_API_PORT names another first one");
  }

  private static boolean isFree(int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  private static Path home(ProcessEnvironment environment) {
    String program = environment.variable("EPOCH_HOME");
    if (program == null || !Files.isExecutable(Path.of(program, "bin", "run"))) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "there is no server beside this program",
          "EPOCH_HOME names the folder with bin/run");
    }
    return Path.of(program);
  }

  private static Path root(ProcessEnvironment environment, Path directory) {
    String folder = environment.variable("EPOCH_DATA_DIR");
    return folder == null ? home(environment).resolve(".epoch-data") : directory.resolve(folder);
  }

  private static Path folder(Path root, MetadataUrl metadata) {
    return root.resolve("servers").resolve(metadata.folderName());
  }

  /** How the server is. */
  public record Status(boolean answers, boolean ready, Long process, String version) {}

  /** The address. */
  public String url() {
    return url.toString();
  }

  /** Where it writes its log. */
  public Path log() {
    return data.resolve("local.log");
  }

  /** Asks the server, and looks for the process. */
  public Status status() {
    Long process = process().map(ProcessHandle::pid).orElse(null);
    try (EpochClient client = impatient(url())) {
      JsonNode health = client.diagnostics().health();
      return new Status(true, isReady(client), process, health.path("version").asText(""));
    } catch (EpochException down) {
      return new Status(false, false, process, "");
    }
  }

  /** Whether an Epoch server is there, whoever has started it. */
  public static boolean answers(String url) {
    try (EpochClient client = impatient(url)) {
      return client.diagnostics().health().has("version");
    } catch (EpochException nobody) {
      return false;
    }
  }

  private static EpochClient impatient(String url) {
    return EpochClient.at(url)
        .retry(new RetryPolicy(1, Duration.ZERO, Duration.ZERO))
        .requestTimeout(ANSWER)
        .build();
  }

  private static boolean isReady(EpochClient client) {
    try {
      JsonNode ready = client.diagnostics().readiness();
      return ready.path("ready").asBoolean(ready.path("status").asText().equals("UP"));
    } catch (EpochException notReady) {
      return false;
    }
  }

  /**
   * Starts the server and waits until it is ready.
   *
   * @throws CommandFailure if it ends, or is not ready in time; then it goes on starting
   */
  public Status start(Duration patience) {
    try {
      Files.createDirectories(data);
      ProcessBuilder builder =
          new ProcessBuilder("nohup", home.resolve("bin/run").toString())
              .directory(home.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
              .redirectErrorStream(true);
      builder.environment().clear();
      builder.environment().putAll(environment.variables());
      builder.environment().put("EPOCH_DATA_DIR", data.toString());
      builder.environment().put("EPOCH_API_PORT", String.valueOf(port()));
      if (metadata != null) {
        builder.environment().put("EPOCH_METADATA_URL", keptMetadataUrl());
        builder
            .environment()
            .putIfAbsent("EPOCH_SECRET_KEYS_FILE", root.resolve("secret.keys").toString());
        Files.writeString(data.resolve(ADDRESS), url() + "\n");
      }
      ProcessHandle process = builder.start().toHandle();
      keep(process);
      return awaitReady(process, patience);
    } catch (IOException problem) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "cannot start the server: " + problem.getMessage(),
          "EPOCH_DATA_DIR names a folder that you may write in");
    }
  }

  /** The URL with the password that was given now or before; it is for the owner's eyes only. */
  private String keptMetadataUrl() throws IOException {
    Path kept = data.resolve("metadata.url");
    if (metadata.hasPassword()) {
      Path draft = Files.createTempFile(data, "metadata", ".new");
      Files.writeString(draft, metadata.whole() + "\n");
      Files.move(draft, kept, StandardCopyOption.REPLACE_EXISTING);
    }
    return Files.isRegularFile(kept) ? Files.readString(kept).strip() : metadata.whole();
  }

  private int port() {
    return url.getPort() < 0 ? 80 : url.getPort();
  }

  private Status awaitReady(ProcessHandle process, Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() < deadline) {
      Status now = status();
      if (now.ready()) {
        return now;
      }
      if (!process.isAlive()) {
        Files.deleteIfExists(record());
        throw new CommandFailure(
            ExitCode.UNAVAILABLE, "the server has ended: " + lastWords(), "look at " + log());
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
    throw new CommandFailure(
        ExitCode.UNAVAILABLE,
        "the server is not ready after " + patience.toSeconds() + " seconds; it goes on starting",
        "'epoch local status' tells when it is; look at " + log());
  }

  private String lastWords() throws IOException {
    List<String> lines = Files.readAllLines(log());
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
  }

  /**
   * Ends the server that {@link #start} has started.
   *
   * @return whether there was one
   * @throws CommandFailure if it does not end in time
   */
  public boolean stop(Duration patience) {
    Optional<ProcessHandle> process = process();
    process.ifPresent(running -> {
      running.destroy();
      try {
        running.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException | ExecutionException stillThere) {
        throw new CommandFailure(
            ExitCode.UNAVAILABLE,
            "process "
                + running.pid()
                + " has not ended after "
                + patience.toSeconds()
                + " seconds",
            "it was asked to; look at " + log());
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    });
    try {
      Files.deleteIfExists(record());
    } catch (IOException kept) {
      // it names a process that is gone, and is not taken for another one
    }
    return process.isPresent();
  }

  private Path record() {
    return data.resolve("local.json");
  }

  private void keep(ProcessHandle process) throws IOException {
    ObjectNode record = Json.object();
    record.put("pid", process.pid());
    record.put("started", process.info().startInstant().map(Instant::toString).orElse(""));
    Files.writeString(record(), Json.pretty(record) + "\n");
  }

  /** The process that was started here, if it runs; a number that was given anew is another one. */
  private Optional<ProcessHandle> process() {
    try {
      JsonNode record = Json.parse(Files.readString(record()));
      return ProcessHandle.of(record.path("pid").asLong())
          .filter(ProcessHandle::isAlive)
          .filter(process ->
              process
                  .info()
                  .startInstant()
                  .map(Instant::toString)
                  .orElse("")
                  .equals(record.path("started").asText()));
    } catch (IOException nothingStarted) {
      return Optional.empty();
    }
  }
}

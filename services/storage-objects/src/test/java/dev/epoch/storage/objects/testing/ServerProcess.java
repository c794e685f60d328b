package dev.epoch.storage.objects.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A server that a test has started, and ends. */
public final class ServerProcess implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Duration PAUSE = Duration.ofMillis(25);

  /** Stands in arguments where the port comes. */
  public static final String PORT = "{port}";

  private final Process process;
  private final int port;

  private ServerProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts a server, and waits until it listens.
   *
   * @param folder where it writes its log
   * @param command in which {@link #PORT} stands for a free port
   */
  public static ServerProcess start(
      Path folder, Map<String, String> variables, List<String> command) throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = socket.getLocalPort();
    }
    List<String> given = new ArrayList<>();
    command.forEach(part -> given.add(part.replace(PORT, String.valueOf(port))));
    Path log = folder.resolve("server.log");
    ProcessBuilder builder =
        new ProcessBuilder(given).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(variables);
    ServerProcess started = new ServerProcess(builder.start(), port);
    Instant end = Instant.now().plus(LIMIT);
    while (!started.listens()) {
      if (!started.process.isAlive() || Instant.now().isAfter(end)) {
        started.close();
        throw new AssertionError(given.getFirst() + " did not start:\n" + Files.readString(log));
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    return started;
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Where it listens. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

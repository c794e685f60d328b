package dev.epoch.qa.resources;

import dev.epoch.qa.process.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a stream of events over a connection that takes little at a time, and only when told to.
 * Never closes by itself.
 */
final class SlowReader implements AutoCloseable {
  private static final int SMALL = 8 << 10;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Socket socket = new Socket();
  private final BufferedReader lines;
  private final List<Long> ids = new ArrayList<>();

  /**
   * Asks for a stream and reads nothing of it.
   *
   * @param lastEventId the last event seen before, 0 for all
   */
  SlowReader(ServerProcess server, String path, long lastEventId) throws IOException {
    URI address = URI.create(server.url());
    socket.setReceiveBufferSize(SMALL);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
    socket
        .getOutputStream()
        .write(
            "GET /api/v1%s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nLast-Event-ID: %d\r\n\r\n"
                .formatted(path, lastEventId)
                .getBytes(StandardCharsets.US_ASCII));
    lines =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), SMALL);
  }

  /** Reads on until an event of this id or a later one. */
  void readTo(long id) throws IOException {
    while (ids.isEmpty() || ids.getLast() < id) {
      String line = lines.readLine();
      if (line == null) {
        throw new AssertionError("The stream has ended after " + ids.size() + " events");
      }
      if (line.startsWith("id:")) {
        ids.add(Long.parseLong(line.substring(3).strip()));
      }
    }
  }

  /** The ids of the events read so far. */
  List<Long> ids() {
    return List.copyOf(ids);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

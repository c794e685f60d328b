package dev.epoch.qa.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A stream of server-sent events that is being read. */
public final class EventStream implements AutoCloseable {

  private final HttpClient client;
  private final List<String> ids = new CopyOnWriteArrayList<>();

  private EventStream(HttpClient client) {
    this.client = client;
  }

  /**
   * Opens a stream.
   *
   * @param lastEventId the last event seen before, or null
   */
  public static EventStream open(ServerProcess server, String path, Object lastEventId)
      throws Exception {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + "/api/v1" + path))
            .timeout(Duration.ofSeconds(60))
            .header("Accept", "text/event-stream");
    if (lastEventId != null) {
      request.header("Last-Event-ID", lastEventId.toString());
    }
    HttpResponse<Stream<String>> answer = client.send(request.build(), BodyHandlers.ofLines());
    if (answer.statusCode() != 200) {
      client.close();
      throw new AssertionError("The stream was answered with " + answer.statusCode());
    }
    EventStream stream = new EventStream(client);
    Thread.startVirtualThread(() -> stream.read(answer.body()));
    return stream;
  }

  /** The positions of the events so far, of each change its commit's. */
  public List<Long> ids() {
    return ids.stream().map(id -> Long.parseLong(id.replaceAll("[.].*", ""))).toList();
  }

  /** What to go on behind. */
  public String lastId() {
    return ids.getLast();
  }

  private void read(Stream<String> lines) {
    try (lines) {
      lines
          .filter(line -> line.startsWith("id:"))
          .forEach(line -> ids.add(line.substring(3).strip()));
    } catch (UncheckedIOException ended) {
      if (!(ended.getCause() instanceof IOException)) {
        throw ended;
      }
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}

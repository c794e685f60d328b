package dev.epoch.client.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.epoch.client.RefusedException;
import dev.epoch.client.transport.Call;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.ServerSentLines;
import dev.epoch.client.transport.StreamedBody;
import dev.epoch.client.transport.Transport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Server-sent events that survive lost connections: each new connection names the last event.
 *
 * <pre>
 *   connect (Last-Event-ID) -> lines -> event -> receiver -> goes on | stops
 *      ^                         |
 *      +------ pause ------------+  end of stream, silence, 503
 * </pre>
 */
final class EventSubscription {

  private final Transport transport;
  private final Duration silence;
  private final Predicate<Event> receiver;
  private String lastEventId;
  private boolean connectedOnce;
  private int failures;

  EventSubscription(Transport transport, Duration silence, Predicate<Event> receiver) {
    this.transport = transport;
    this.silence = silence;
    this.receiver = receiver;
  }

  void run(Call call, String from) {
    String plain = call.address(transport.settings());
    String first = from == null ? plain : call.query("from", from).address(transport.settings());
    try {
      while (connect(call, lastEventId == null ? first : plain)) {
        failures++;
        TimeUnit.NANOSECONDS.sleep(pause().toNanos());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Duration pause() {
    return transport.settings().retry().pauseAfter(failures);
  }

  /** Whether to connect again. */
  private boolean connect(Call call, String address) throws InterruptedException {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(address)).header("Accept", call.accept());
    transport.limit(builder, call);
    transport.addIdentity(builder);
    if (lastEventId != null) {
      builder.header("Last-Event-ID", lastEventId);
    }
    ServerSentLines lines = new ServerSentLines();
    try {
      HttpResponse<String> response =
          transport.http().send(builder.build(), answer -> body(answer, lines));
      if (response.statusCode() == 503 && mayGoOn()) {
        return true;
      }
      if (response.statusCode() >= 400) {
        throw RefusedException.of(response.statusCode(), parse(response.body()), response.body());
      }
    } catch (IOException lost) {
      if (transport.closed()) {
        return false;
      }
      if (mayGoOn()) {
        return true;
      }
      throw transport.unreachable(call, lost);
    }
    return receive(lines);
  }

  private boolean mayGoOn() {
    return connectedOnce || failures + 1 < transport.settings().retry().attempts();
  }

  /** An event stream is read line by line while it lasts, an error answer as a whole. */
  private static HttpResponse.BodySubscriber<String> body(
      HttpResponse.ResponseInfo answer, ServerSentLines lines) {
    if (answer.statusCode() >= 400) {
      return BodyHandlers.ofString().apply(answer);
    }
    return new StreamedBody(
        BodySubscribers.fromLineSubscriber(lines, s -> "", StandardCharsets.UTF_8, null));
  }

  private boolean receive(ServerSentLines lines) throws InterruptedException {
    StringBuilder data = new StringBuilder();
    String id = null;
    for (String line = lines.next(silence);
        line != ServerSentLines.END;
        line = lines.next(silence)) {
      connectedOnce = true;
      failures = 0;
      if (line.startsWith("data:")) {
        data.append(data.isEmpty() ? "" : "\n").append(value(line));
      } else if (line.startsWith("id:")) {
        id = value(line);
      } else if (line.isEmpty() && !data.isEmpty()) {
        JsonNode json = parse(data.toString());
        data.setLength(0);
        if (json.isObject()) {
          Event event = Event.of(json);
          lastEventId = id == null ? event.position() : id;
          if (!receiver.test(event)) {
            lines.cancel();
            return false;
          }
        }
        id = null;
      }
    }
    lines.cancel();
    return true;
  }

  private static String value(String line) {
    String value = line.substring(line.indexOf(':') + 1);
    return value.startsWith(" ") ? value.substring(1) : value;
  }

  private static JsonNode parse(String text) {
    try {
      return Json.parse(text);
    } catch (IOException notJson) {
      return MissingNode.getInstance();
    }
  }
}

package dev.epoch.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.epoch.client.transport.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;

/**
 * A real HTTP server that answers what a test tells it to and remembers what it was asked. A script
 * line is used once, in order; the last line of an address goes on answering.
 */
public final class ScriptedServer implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final HttpServer server;
  private final Map<String, Deque<Reply>> script = new TreeMap<>();
  private Reply otherwise;
  private final Map<String, String> held = new TreeMap<>();
  private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());

  /** A request as it came. */
  public record Request(
      String method,
      String path,
      Map<String, String> query,
      Map<String, String> headers,
      String rawBody) {

    public JsonNode body() {
      try {
        return Json.parse(rawBody);
      } catch (IOException notJson) {
        throw new UncheckedIOException(notJson);
      }
    }

    public String line() {
      return method + " " + path;
    }
  }

  /** An answer; a status of 0 closes the connection without one. */
  public record Reply(int status, String body, Map<String, String> headers) {}

  public ScriptedServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException noPort) {
      throw new UncheckedIOException(noPort);
    }
    server.createContext("/", this::handle);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Adds a line to the script; paths are those below {@code /api/v1}, still encoded. */
  public ScriptedServer on(String line, int status, String body) {
    return on(line, status, body, Map.of());
  }

  public ScriptedServer on(String line, int status, String body, Map<String, String> headers) {
    script.computeIfAbsent(line, key -> new ArrayDeque<>()).add(new Reply(status, body, headers));
    return this;
  }

  public ScriptedServer on(String line, String body) {
    return on(line, 200, body);
  }

  /** Takes what an address answers out of the script. */
  public ScriptedServer forget(String line) {
    script.remove(line);
    return this;
  }

  /** What every address answers that has no script. */
  public ScriptedServer otherwise(String body) {
    otherwise = new Reply(200, body, Map.of());
    return this;
  }

  /** Holds the answers of one address back until another one was asked for. */
  public ScriptedServer holdUntilAsked(String line, String other) {
    held.put(line, other);
    return this;
  }

  /** Everything that was asked, in order. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** Everything that was asked of one address, in order. */
  public List<Request> requests(String line) {
    return requests().stream().filter(request -> request.line().equals(line)).toList();
  }

  /** The only request of an address. */
  public Request request(String line) {
    List<Request> found = requests(line);
    if (found.size() != 1) {
      throw new AssertionError(
          found.size()
              + " requests of "
              + line
              + " in "
              + requests().stream().map(Request::line).toList());
    }
    return found.getFirst();
  }

  private void handle(HttpExchange exchange) throws IOException {
    Request request = read(exchange);
    remember(request);
    if (held.containsKey(request.line())) {
      awaitRequestOf(held.get(request.line()));
    }
    Reply reply = reply(request.line());
    if (reply.status() == 0) {
      exchange.close();
      return;
    }
    byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
    reply.headers().forEach(exchange.getResponseHeaders()::add);
    exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
    exchange.close();
  }

  private synchronized void remember(Request request) {
    requests.add(request);
    notifyAll();
  }

  private synchronized void awaitRequestOf(String line) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (requests(line).isEmpty() && System.nanoTime() < deadline) {
        wait(100);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }

  private synchronized Reply reply(String line) {
    Deque<Reply> replies = script.getOrDefault(line, new ArrayDeque<>());
    if (replies.isEmpty() && otherwise != null) {
      return otherwise;
    }
    if (replies.isEmpty()) {
      return new Reply(
          404,
          "{\"error\": \"NoScriptError\", \"message\": \"no script for " + line + "\"}",
          Map.of());
    }
    return replies.size() > 1 ? replies.poll() : replies.peek();
  }

  private static Request read(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Map<String, String> query = new LinkedHashMap<>();
    String rawQuery = exchange.getRequestURI().getRawQuery();
    if (rawQuery != null) {
      for (String pair : rawQuery.split("&")) {
        String[] parts = pair.split("=", 2);
        query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
      }
    }
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
    String path = exchange.getRequestURI().getRawPath();
    return new Request(
        exchange.getRequestMethod(), path.replaceFirst("^/api/v1", ""), query, headers, body);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}

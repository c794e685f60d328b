package dev.epoch.qa.webhooks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.epoch.webhooks.secret.WebhookSecret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** Receives webhooks on one port, and can be taken away and brought back. */
final class Subscriber implements AutoCloseable {
  private final List<Received> accepted = new CopyOnWriteArrayList<>();
  private final int port;
  private HttpServer server;
  private volatile int status = 204;
  private volatile boolean silent;

  /** What was answered with a success. */
  record Received(String id, String timestamp, String signature, String body) {
    boolean signedWith(String secret) {
      return signature.equals(
          WebhookSecret.parse(secret).sign(id, Long.parseLong(timestamp), body));
    }
  }

  Subscriber() throws IOException {
    server = listen(0);
    port = server.getAddress().getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port + "/";
  }

  List<Received> accepted() {
    return List.copyOf(accepted);
  }

  void answers(int other) {
    status = other;
  }

  /**
   * Whether it ends before it answers what it has accepted: the sender cannot know that it arrived.
   */
  void keepsSilent(boolean now) {
    silent = now;
  }

  /** Ends it amidst whatever it does. */
  void kill() {
    server.stop(0);
  }

  void restart() throws IOException {
    server = listen(port);
  }

  private HttpServer listen(int where) throws IOException {
    HttpServer made =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), where), 0);
    made.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    made.createContext("/", this::receive);
    made.start();
    return made;
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      int answer = status;
      if (answer == 204) {
        accepted.add(
            new Received(
                exchange.getRequestHeaders().getFirst("webhook-id"),
                exchange.getRequestHeaders().getFirst("webhook-timestamp"),
                exchange.getRequestHeaders().getFirst("webhook-signature"),
                body));
        if (silent) {
          return;
        }
      }
      exchange.sendResponseHeaders(answer, -1);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}

package dev.epoch.webhooks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** Receives webhooks and answers as it is told. */
final class Receiver implements AutoCloseable {
  static final int HANG = -1;
  static final int ENDLESS = -2;

  private final HttpServer server;
  private final CountDownLatch closing = new CountDownLatch(1);
  final List<Received> received = new CopyOnWriteArrayList<>();

  /** The status of the answer to each. */
  volatile Function<Received, Integer> answer = _ -> 204;

  record Received(String path, Map<String, List<String>> headers, String body) {
    String header(String name) {
      return headers.entrySet().stream()
          .filter(entry -> entry.getKey().equalsIgnoreCase(name))
          .map(entry -> entry.getValue().getFirst())
          .findFirst()
          .orElseThrow();
    }

    String id() {
      return header("webhook-id");
    }
  }

  Receiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::receive);
    server.start();
  }

  String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  int port() {
    return server.getAddress().getPort();
  }

  List<String> ids() {
    return received.stream().map(Received::id).toList();
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      Received one =
          new Received(
              exchange.getRequestURI().toString(),
              Map.copyOf(exchange.getRequestHeaders()),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      received.add(one);
      int status = answer.apply(one);
      if (status == HANG) {
        closing.await();
      } else if (status == ENDLESS) {
        exchange.sendResponseHeaders(200, 0);
        byte[] part = new byte[8192];
        while (closing.getCount() > 0) {
          exchange.getResponseBody().write(part);
        }
      } else {
        if (status == 302) {
          exchange.getResponseHeaders().add("Location", url("/elsewhere"));
        }
        exchange.sendResponseHeaders(status, -1);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
  }
}

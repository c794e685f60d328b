package dev.epoch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/**
 * Uses what every command uses (arguments, HTTP, JSON) once, so that {@code bin/epoch} can record
 * the loaded classes in an AOT cache that halves the start of the next command.
 */
final class StartRecording {

  private static final byte[] ANSWER = "{\"items\":[1]}".getBytes(StandardCharsets.UTF_8);

  private StartRecording() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    new CommandLine(new EpochCommand())
        .setOut(new PrintWriter(Writer.nullWriter()))
        .execute("--help");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, ANSWER.length);
            exchange.getResponseBody().write(ANSWER);
          }
        });
    server.start();
    try (HttpClient client = HttpClient.newHttpClient()) {
      exchange(client, URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"));
    } finally {
      server.stop(0);
    }
  }

  private static void exchange(HttpClient client, URI uri)
      throws IOException, InterruptedException {
    ObjectMapper mapper = new ObjectMapper();
    String body = mapper.writeValueAsString(mapper.createObjectNode().put("branch", "main"));
    HttpRequest request =
        HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString(body)).build();
    JsonNode answer = mapper.readTree(client.send(request, BodyHandlers.ofString()).body());
    mapper.writerWithDefaultPrettyPrinter().writeValueAsString(answer);
  }
}

package dev.epoch.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** A client of the REST API over HTTP/1.1 connections that stay open, for one repository. */
public final class Api {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A measure that hangs fails, and the others go on. */
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private static final int BUFFER = 64 * 1024;
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  private final String url;
  private final String repository;

  /** A client that names the repository in each request. */
  public Api(String serverUrl, String repository) {
    this.url = serverUrl + "/api/v1";
    this.repository = repository;
  }

  /** A JSON object of names and values in turn. */
  public static String json(Object... pairs) {
    var object = JSON.createObjectNode();
    for (int i = 0; i < pairs.length; i += 2) {
      object.putPOJO((String) pairs[i], pairs[i + 1]);
    }
    return object.toString();
  }

  /** GET; the body of a success. */
  public String get(String path) throws IOException, InterruptedException {
    return text(CLIENT.send(request(path).GET().build(), BodyHandlers.ofString()));
  }

  /** POST of JSON; the body of a success. */
  public String post(String path, String body) throws IOException, InterruptedException {
    return text(posted(path, body));
  }

  /** POST of JSON; any answer. */
  public HttpResponse<String> posted(String path, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  /** GET of lines of JSON, read as they come and thrown away; tells how many there were. */
  public long countLines(String path) throws IOException, InterruptedException {
    HttpRequest request = request(path).header("Accept", "application/x-ndjson").GET().build();
    HttpResponse<InputStream> answer = CLIENT.send(request, BodyHandlers.ofInputStream());
    long lines = 0;
    try (InputStream body = answer.body()) {
      if (answer.statusCode() != 200) {
        throw new IOException(answer.statusCode() + " " + new String(body.readAllBytes()));
      }
      byte[] buffer = new byte[BUFFER];
      for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
        for (int i = 0; i < read; i++) {
          lines += buffer[i] == '\n' ? 1 : 0;
        }
      }
    }
    return lines;
  }

  /** Parses an answer. */
  public static JsonNode parse(String body) throws IOException {
    return JSON.readTree(body);
  }

  private HttpRequest.Builder request(String path) {
    String separator = path.contains("?") ? "&" : "?";
    return HttpRequest.newBuilder(URI.create(url + path + separator + "repository=" + repository))
        .timeout(LIMIT);
  }

  private static String text(HttpResponse<String> answer) throws IOException {
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(
          "%s answered %d: %s".formatted(answer.uri(), answer.statusCode(), answer.body()));
    }
    return answer.body();
  }
}

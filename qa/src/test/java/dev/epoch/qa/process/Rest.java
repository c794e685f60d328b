package dev.epoch.qa.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** A plain client of the REST API, which shows answers as they came. */
public final class Rest {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

  private final String url;
  private final Duration limit;

  Rest(String url) {
    this(url, Duration.ofSeconds(60));
  }

  private Rest(String url, Duration limit) {
    this.url = url;
    this.limit = limit;
  }

  /** A client that waits this long for an answer. */
  public Rest waiting(Duration other) {
    return new Rest(url, other);
  }

  /** An answer. */
  public record Answer(int status, String text, java.net.http.HttpHeaders headers) {

    /** The body as JSON. */
    public JsonNode json() {
      try {
        return JSON.readTree(text);
      } catch (JsonProcessingException notJson) {
        throw new AssertionError("Not JSON, with status " + status + ": " + text, notJson);
      }
    }

    /** The body of an answer that must be a success. */
    public JsonNode ok() {
      if (status / 100 != 2) {
        throw new AssertionError("Answered " + status + ": " + text);
      }
      return json();
    }
  }

  /** Escapes a part of a path or query. */
  public static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** GET below /api/v1. */
  public Answer get(String path) {
    return send("GET", path, null, Map.of());
  }

  /** POST of JSON below /api/v1. */
  public Answer post(String path, String body) {
    return send("POST", path, body, Map.of("Content-Type", "application/json"));
  }

  /** DELETE below /api/v1. */
  public Answer delete(String path) {
    return send("DELETE", path, null, Map.of());
  }

  /** Any request below /api/v1. */
  public Answer send(String method, String path, String body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + "/api/v1" + path))
            .timeout(limit)
            .header("X-Epoch-Request", "qa")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    headers.forEach(request::header);
    try {
      HttpResponse<String> answer = CLIENT.send(request.build(), BodyHandlers.ofString());
      return new Answer(answer.statusCode(), answer.body(), answer.headers());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }
}

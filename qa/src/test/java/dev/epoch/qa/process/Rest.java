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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** A plain client of the REST API, which shows answers as they came. */
public final class Rest {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

  private static final String POSITION = "X-Epoch-Position";

  private final List<String> urls;
  private final Duration limit;

  /** The highest position of the log that was answered; null if nobody has to know it. */
  private final AtomicLong seen;

  Rest(String url) {
    this(List.of(url), Duration.ofSeconds(60), null);
  }

  private Rest(List<String> urls, Duration limit, AtomicLong seen) {
    this.urls = urls;
    this.limit = limit;
    this.seen = seen;
  }

  /**
   * A client that asks any of several servers on one log, and reads what it has seen of one from
   * all of them.
   */
  public static Rest several(List<Rest> servers) {
    return new Rest(
        servers.stream().flatMap(server -> server.urls.stream()).toList(),
        Duration.ofSeconds(60),
        new AtomicLong());
  }

  /** A client that waits this long for an answer. */
  public Rest waiting(Duration other) {
    return new Rest(urls, other, seen);
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

  private String anyUrl() {
    return urls.get(ThreadLocalRandom.current().nextInt(urls.size()));
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

  /** Any request below /api/v1; of catalogs at the root. */
  public Answer send(String method, String path, String body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(anyUrl() + (path.startsWith("/databases") ? "" : "/api/v1") + path))
            .timeout(limit)
            .header("X-Epoch-Request", "qa")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    headers.forEach(request::header);
    if (seen != null && seen.get() > 0) {
      request.header("X-Epoch-Min-Position", Long.toString(seen.get()));
    }
    try {
      HttpResponse<String> answer = CLIENT.send(request.build(), BodyHandlers.ofString());
      if (seen != null) {
        answer
            .headers()
            .firstValueAsLong(POSITION)
            .ifPresent(position -> seen.accumulateAndGet(position, Math::max));
      }
      return new Answer(answer.statusCode(), answer.body(), answer.headers());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }
}

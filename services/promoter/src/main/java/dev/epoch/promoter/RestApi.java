package dev.epoch.promoter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.Objects;

/** Requests to the public REST API, about one repository. */
public final class RestApi {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
  private static final Duration CONNECT = Duration.ofSeconds(10);

  private final HttpClient http;
  private final Settings settings;
  private final String repository;

  /**
   * Where the server is, and who asks.
   *
   * @param address of the API, such as {@code http://localhost:8000/api/v1}
   * @param apiKey or null
   * @param timeout of one request
   */
  public record Settings(
      String address, String apiKey, String actorName, String actorEmail, Duration timeout) {
    public Settings {
      Objects.requireNonNull(address, "address");
      Objects.requireNonNull(timeout, "timeout");
      address = address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
    }

    /** Shows no key. */
    @Override
    public String toString() {
      return "Settings[" + address + "]";
    }
  }

  public RestApi(Settings settings, String repository) {
    this(
        HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build(),
        settings,
        repository);
  }

  /** The same server, over the same connections, about another repository. */
  RestApi about(String other) {
    return new RestApi(http, settings, other);
  }

  private RestApi(HttpClient http, Settings settings, String repository) {
    this.http = http;
    this.settings = settings;
    this.repository = repository;
  }

  /** Who asks. */
  String actor() {
    return settings.actorName();
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * @param path below the API, its parts encoded
   * @param query by name; values that are null are left out
   * @throws ApiException if the server refuses, or does not answer
   */
  JsonNode get(String path, Map<String, String> query) {
    return send(request(path, query).timeout(settings.timeout()).GET().build());
  }

  /**
   * @param key under which it is done once, or null
   * @throws ApiException if the server refuses, or does not answer
   */
  JsonNode post(String path, ObjectNode body, String key) {
    HttpRequest.Builder request = posting(path, body);
    if (key != null) {
      request.header("Idempotency-Key", key);
    }
    return send(request.build());
  }

  /**
   * The same for whoever needs no answer but that it is done.
   *
   * @throws ApiException if the server refuses, or does not answer
   */
  void tell(String path, ObjectNode body) {
    send(posting(path, body).header("Prefer", "return=minimal").build());
  }

  private HttpRequest.Builder posting(String path, ObjectNode body) {
    return request(path, Map.of())
        .timeout(settings.timeout())
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body.toString()));
  }

  /** The stream of events from now on; the caller closes it. */
  InputStream events(long from) {
    HttpRequest request =
        request("events/stream", Map.of("from", Long.toString(from)))
            .header("Accept", "text/event-stream")
            .GET()
            .build();
    try {
      HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        response.body().close();
        throw new ApiException(response.statusCode(), "", "events: " + response.statusCode());
      }
      return response.body();
    } catch (IOException away) {
      throw unreachable(away);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new ApiException(0, "", "stopped");
    }
  }

  private HttpRequest.Builder request(String path, Map<String, String> query) {
    StringBuilder address = new StringBuilder(settings.address()).append('/').append(path);
    address.append("?repository=").append(encoded(repository));
    query.forEach((name, value) -> {
      if (value != null) {
        address.append('&').append(name).append('=').append(encoded(value));
      }
    });
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address.toString()));
    if (settings.apiKey() != null) {
      request.header("Authorization", "Bearer " + settings.apiKey());
    }
    if (settings.actorName() != null) {
      request.header("X-User-Name", text(settings.actorName()));
    }
    if (settings.actorEmail() != null) {
      request.header("X-User-Email", text(settings.actorEmail()));
    }
    return request;
  }

  /** Headers are ASCII; the server decodes. */
  private static String text(String value) {
    return value.chars().allMatch(c -> c >= ' ' && c < 127 && c != '%') ? value : encoded(value);
  }

  private JsonNode send(HttpRequest request) {
    HttpResponse<String> response;
    try {
      response = http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException away) {
      throw unreachable(away);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new ApiException(0, "", "stopped");
    }
    JsonNode body = json(response.body());
    if (response.statusCode() / 100 != 2) {
      throw new ApiException(
          response.statusCode(),
          body.path("error").asText(""),
          body.path("message").asText("the server answered " + response.statusCode()));
    }
    return body;
  }

  private ApiException unreachable(IOException away) {
    return new ApiException(
        0, "", "no answer from " + settings.address() + ": " + away.getMessage());
  }

  private static JsonNode json(String text) {
    try {
      JsonNode read = JSON.readTree(text);
      return read == null ? MissingNode.getInstance() : read;
    } catch (JsonProcessingException none) {
      return MissingNode.getInstance();
    }
  }
}

package dev.epoch.client.transport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.epoch.client.ClientSettings;
import dev.epoch.client.RefusedException;
import dev.epoch.client.UnreachableException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends calls and repeats them, with the same idempotency key, when the connection is lost or the
 * server says that it cannot answer now.
 */
public final class Transport implements AutoCloseable {

  private static final Duration USUAL_TIMEOUT = Duration.ofMinutes(10);
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;

  private final ClientSettings settings;
  private final HttpClient http;
  private volatile String position;
  private volatile boolean closed;
  private final AtomicInteger commandsUnderWay = new AtomicInteger();

  public Transport(ClientSettings settings) {
    this.settings = Objects.requireNonNull(settings, "settings");
    this.position = settings.position();
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(settings.connectTimeout());
    if ("http".equals(settings.server().getScheme())) {
      builder.sslContext(new PlainTextContext());
    }
    this.http = builder.build();
  }

  /** The log position that the latest answer to a command has named, or null. */
  public String position() {
    return position;
  }

  public ClientSettings settings() {
    return settings;
  }

  /** Whether nothing can be sent any more. */
  public boolean closed() {
    return closed;
  }

  public HttpClient http() {
    return http;
  }

  /**
   * Sends a call.
   *
   * @throws RefusedException if the server answers with an error
   * @throws UnreachableException if no answer comes
   */
  public Answer send(Call call) {
    if (!call.command()) {
      return exchange(call);
    }
    commandsUnderWay.incrementAndGet();
    try {
      return exchange(call);
    } finally {
      commandsUnderWay.decrementAndGet();
    }
  }

  /** Whether a command has been sent whose answer has not come. */
  public boolean commandUnderWay() {
    return commandsUnderWay.get() > 0;
  }

  private Answer exchange(Call call) {
    HttpRequest request = request(call);
    for (int failures = 1; ; failures++) {
      Instant start = Instant.now();
      Duration pause;
      try {
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        observe(request, String.valueOf(response.statusCode()), start);
        if (!worthRepeating(response.statusCode()) || failures >= settings.retry().attempts()) {
          return answer(call, response);
        }
        pause = requestedPause(response, failures);
      } catch (HttpTimeoutException timeout) {
        observe(request, "timeout", start);
        if (!(timeout instanceof HttpConnectTimeoutException)
            || failures >= settings.retry().attempts()) {
          throw unreachable(call, timeout);
        }
        pause = settings.retry().pauseAfter(failures);
      } catch (IOException lost) {
        observe(request, reason(lost), start);
        if (failures >= settings.retry().attempts()) {
          throw unreachable(call, lost);
        }
        pause = settings.retry().pauseAfter(failures);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw unreachable(call, interrupted);
      }
      await(pause, call);
    }
  }

  /**
   * An answer that is read while it comes.
   *
   * @param body close it
   */
  public record Streamed(InputStream body, HttpHeaders headers) {}

  /**
   * Sends a call whose answer is read while it comes; close it.
   *
   * @throws RefusedException if the server answers with an error
   * @throws UnreachableException if no answer comes
   */
  public InputStream stream(Call call) {
    return open(call).body();
  }

  /** {@link #stream} with the headers of the answer. */
  public Streamed open(Call call) {
    HttpRequest request = request(call);
    Instant start = Instant.now();
    try {
      HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
      observe(request, String.valueOf(response.statusCode()), start);
      if (response.statusCode() >= 400) {
        try (InputStream body = response.body()) {
          String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
          throw RefusedException.of(response.statusCode(), parse(text), text);
        }
      }
      return new Streamed(response.body(), response.headers());
    } catch (IOException lost) {
      observe(request, reason(lost), start);
      throw unreachable(call, lost);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw unreachable(call, interrupted);
    }
  }

  /** The request of a call, with every header that the contract knows. */
  HttpRequest request(Call call) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(call.address(settings))).header("Accept", call.accept());
    limit(builder, call);
    addIdentity(builder);
    if (call.idempotencyKey() != null) {
      builder.header("Idempotency-Key", call.idempotencyKey());
    } else if (position != null) {
      builder.header("X-Epoch-Min-Position", position);
    }
    if (call.file() != null) {
      builder.header("Content-Type", call.fileType()).method(call.method(), content(call.file()));
    } else if (call.body() == null) {
      builder.method(call.method(), BodyPublishers.noBody());
    } else {
      builder
          .header("Content-Type", "application/json")
          .method(call.method(), BodyPublishers.ofString(Json.compact(call.body())));
    }
    return builder.build();
  }

  private static HttpRequest.BodyPublisher content(Path file) {
    try {
      return BodyPublishers.ofFile(file);
    } catch (FileNotFoundException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  /** Sets the longest wait for an answer. */
  public void limit(HttpRequest.Builder builder, Call call) {
    if (settings.requestTimeout() != null) {
      builder.timeout(settings.requestTimeout());
    } else if (!call.waitsAsLongAsItTakes()) {
      builder.timeout(USUAL_TIMEOUT);
    }
  }

  /** Says who acts, and that the client may ask. */
  public void addIdentity(HttpRequest.Builder builder) {
    if (settings.apiKey() != null) {
      builder.header("Authorization", "Bearer " + settings.apiKey());
    }
    if (settings.actor().name() != null) {
      builder.header("X-User-Name", headerText(settings.actor().name()));
    }
    if (settings.actor().email() != null) {
      builder.header("X-User-Email", headerText(settings.actor().email()));
    }
  }

  /** Header values are ASCII; anything else is percent-encoded as UTF-8. */
  static String headerText(String text) {
    StringBuilder header = new StringBuilder();
    for (byte unit : text.getBytes(StandardCharsets.UTF_8)) {
      if (unit >= ' ' && unit < 0x7f && unit != '%') {
        header.append((char) unit);
      } else {
        header.append('%').append(String.format("%02X", unit));
      }
    }
    return header.toString();
  }

  private Answer answer(Call call, HttpResponse<String> response) {
    String text = response.body() == null ? "" : response.body();
    JsonNode body = parse(text);
    if (response.statusCode() >= 400) {
      throw RefusedException.of(response.statusCode(), body, text);
    }
    if (!text.isBlank() && body.isMissingNode()) {
      throw RefusedException.of(
          502, body, "no JSON from " + call.address(settings) + "; is this an Epoch server?");
    }
    if (call.command()) {
      response.headers().firstValue("X-Epoch-Position").ifPresent(value -> position = value);
    }
    return new Answer(response.statusCode(), body);
  }

  private static JsonNode parse(String text) {
    try {
      return Json.parse(text);
    } catch (IOException notJson) {
      return MissingNode.getInstance();
    }
  }

  private static boolean worthRepeating(int status) {
    return status == UNAVAILABLE || status == TOO_MANY_REQUESTS;
  }

  private Duration requestedPause(HttpResponse<?> response, int failures) {
    return response
        .headers()
        .firstValue("Retry-After")
        .map(value -> settings.retry().bounded(retryAfter(value, Instant.now())))
        .orElseGet(() -> settings.retry().pauseAfter(failures));
  }

  /** A number of seconds, or a date. */
  static Duration retryAfter(String value, Instant now) {
    String text = value.strip();
    try {
      return Duration.ofSeconds(Math.max(0, Long.parseLong(text)));
    } catch (NumberFormatException notSeconds) {
      try {
        Instant when = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        return when.isAfter(now) ? Duration.between(now, when) : Duration.ZERO;
      } catch (DateTimeParseException notDate) {
        return Duration.ZERO;
      }
    }
  }

  private void await(Duration pause, Call call) {
    try {
      TimeUnit.NANOSECONDS.sleep(pause.toNanos());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw unreachable(call, interrupted);
    }
  }

  private void observe(HttpRequest request, String outcome, Instant start) {
    settings
        .observer()
        .exchanged(
            request.method(),
            request.uri().toString(),
            outcome,
            Duration.between(start, Instant.now()));
  }

  public UnreachableException unreachable(Call call, Exception cause) {
    boolean neverArrived =
        cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
    String what =
        neverArrived
            ? "cannot reach the Epoch server at " + settings.rootAddress() + ": " + reason(cause)
            : "no answer from the Epoch server at " + settings.rootAddress() + ": " + reason(cause);
    if (call.command() && !neverArrived) {
      return new UnreachableException(
          what + "; it is not known whether the command took effect",
          "look at 'epoch status' and 'epoch log' before repeating it",
          cause);
    }
    return new UnreachableException(
        what,
        "start the server (on this machine 'epoch local start' does), or name another one with"
            + " --server or EPOCH_SERVER_URL",
        cause);
  }

  private static String reason(Exception cause) {
    if (cause instanceof HttpConnectTimeoutException) {
      return "no connection in time";
    }
    if (cause instanceof HttpTimeoutException) {
      return "no answer in time";
    }
    if (cause instanceof InterruptedException) {
      return "interrupted";
    }
    for (Throwable link = cause; link != null; link = link.getCause()) {
      if (link instanceof UnresolvedAddressException) {
        return "unknown host";
      }
      if (link.getMessage() != null) {
        return link.getMessage();
      }
    }
    return cause instanceof ConnectException ? "connection refused" : "connection lost";
  }

  /** Gives the threads back at once; without it the process would linger for a while. */
  @Override
  public void close() {
    closed = true;
    http.shutdownNow();
    http.close();
  }
}

package dev.epoch.webhooks.receiver;

import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.location.AddressRules;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.mutiny.core.Vertx;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * Sends requests to URLs that users named. The address is looked up once, checked, and connected
 * to: no name can lead elsewhere afterwards. Redirects are not followed. Of the answer nothing is
 * kept but the status.
 */
public final class Receivers implements AutoCloseable {
  /** {@code finishConnect(..) failed with error(-111): Connection refused: /127.0.0.1:9}. */
  private static final Pattern SYSTEM_CALL =
      Pattern.compile("^\\w+\\(\\.\\.\\) failed(?: with error\\(-?\\d+\\))?: ");

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final int IDLE_SECONDS = 30;
  private static final int MOST_CONNECTIONS = 1_000;

  /** Bytes of an answer that are read, for the connection to be used again; then it is closed. */
  private static final int MOST_ANSWER = 16 * 1024;

  private static final int LONGEST_ERROR = 300;

  private final Vertx vertx;
  private final AddressRules rules;
  private final Duration timeout;
  private final Clock clock;
  private volatile HttpClient client;

  /**
   * @param timeout until the status of an answer has come, connecting included
   */
  public Receivers(Vertx vertx, AddressRules rules, Duration timeout, Clock clock) {
    this.vertx = vertx;
    this.rules = rules;
    this.timeout = timeout;
    this.clock = clock;
  }

  /**
   * Looks at what needs no network: scheme, host, and an address in place of a name.
   *
   * @throws IllegalArgumentException if nothing can be sent there; the message says why
   */
  public void check(String url) {
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException("Should be a URL");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme();
    if (!scheme.equalsIgnoreCase("http") && !scheme.equalsIgnoreCase("https")) {
      throw new IllegalArgumentException("Should be a URL of http or https");
    }
    if (uri.getHost() == null || uri.getUserInfo() != null || uri.getFragment() != null) {
      throw new IllegalArgumentException(
          "Should have a host, and neither a user nor a part behind #");
    }
    try {
      rules.check(host(uri));
    } catch (BadLocationException internal) {
      throw new IllegalArgumentException(refusal(host(uri)));
    }
  }

  public static String refusal(String host) {
    return "This server sends nothing to "
        + host
        + ": addresses of this machine, of private networks and link-local ones must be listed in EPOCH_WEBHOOKS_ALLOW";
  }

  private static String host(URI uri) {
    String host = uri.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** Sends one request and waits, on a virtual thread, until its status is known. */
  public Outcome post(String url, Map<String, String> headers, String body) {
    return outcome(url, headers, body, timeout, this::drain);
  }

  /**
   * Sends one request and waits, on a virtual thread, until its answer is there.
   *
   * @param atMost until the whole answer has come
   */
  public Answer ask(String url, Map<String, String> headers, String body, Duration atMost) {
    CompletableFuture<String> text = new CompletableFuture<>();
    long end = System.nanoTime() + atMost.toNanos();
    Outcome outcome =
        outcome(
            url,
            headers,
            body,
            atMost,
            (request, response) -> {
              Buffer read = Buffer.buffer();
              text.whenComplete((_, failure) -> {
                if (failure != null) {
                  request.reset();
                }
              });
              response
                  .handler(part -> {
                    read.appendBuffer(part);
                    if (read.length() > MOST_ANSWER) {
                      text.completeExceptionally(
                          new IllegalStateException(
                              "The answer is longer than " + MOST_ANSWER + " bytes"));
                    }
                  })
                  .exceptionHandler(text::completeExceptionally)
                  .endHandler(_ -> text.complete(read.toString(StandardCharsets.UTF_8)));
            });
    if (outcome.status() == null) {
      return new Answer(outcome, "");
    }
    try {
      return new Answer(outcome, text.get(end - System.nanoTime(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException late) {
      return new Answer(failed(outcome, "No answer within " + seconds(atMost) + " s"), "");
    } catch (ExecutionException failure) {
      return new Answer(failed(outcome, text(failure.getCause())), "");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return new Answer(failed(outcome, "The server was stopped"), "");
    } finally {
      text.cancel(false);
    }
  }

  private static Outcome failed(Outcome outcome, String why) {
    return new Outcome(outcome.at(), outcome.status(), outcome.latencyMs(), why);
  }

  /** What came of a request, and the text of the answer if it was wanted and is there. */
  public record Answer(Outcome outcome, String text) {}

  private Outcome outcome(
      String url,
      Map<String, String> headers,
      String body,
      Duration atMost,
      BiConsumer<HttpClientRequest, HttpClientResponse> reader) {
    Instant start = clock.instant();
    long nanos = System.nanoTime();
    try {
      URI uri = URI.create(url);
      InetAddress address = rules.lookUp(host(uri));
      int status = send(uri, address, headers, body, nanos + atMost.toNanos(), reader);
      return new Outcome(start, status, millis(nanos), problem(status));
    } catch (BadLocationException internal) {
      return new Outcome(start, null, millis(nanos), refusal(URI.create(url).getHost()));
    } catch (UnknownHostException nobody) {
      return new Outcome(start, null, millis(nanos), "The host is unknown");
    } catch (TimeoutException late) {
      return new Outcome(start, null, millis(nanos), "No answer within " + seconds(atMost) + " s");
    } catch (ExecutionException failure) {
      return new Outcome(start, null, millis(nanos), text(failure.getCause()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return new Outcome(start, null, millis(nanos), "The server was stopped");
    }
  }

  private static String seconds(Duration time) {
    return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString();
  }

  private static int millis(long since) {
    return (int) TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
  }

  private static String problem(int status) {
    if (status / 100 == 2) {
      return null;
    }
    return status / 100 == 3
        ? "Answered " + status + "; redirects are not followed"
        : "Answered " + status;
  }

  /** Without what the network library has called, which says nothing to who reads it. */
  private static String text(Throwable failure) {
    String message = failure.getMessage();
    String text =
        message == null
            ? failure.getClass().getSimpleName()
            : SYSTEM_CALL.matcher(message).replaceFirst("");
    return text.substring(0, Math.min(text.length(), LONGEST_ERROR)).replace("\0", "");
  }

  private int send(
      URI uri,
      InetAddress address,
      Map<String, String> headers,
      String body,
      long deadline,
      BiConsumer<HttpClientRequest, HttpClientResponse> reader)
      throws InterruptedException, ExecutionException, TimeoutException {
    boolean tls = uri.getScheme().equalsIgnoreCase("https");
    int port = uri.getPort() > 0 ? uri.getPort() : tls ? 443 : 80;
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setServer(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
            .setHost(host(uri))
            .setPort(port)
            .setSsl(tls)
            .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
            .setFollowRedirects(false);
    headers.forEach(options::putHeader);
    CompletableFuture<Integer> status = new CompletableFuture<>();
    client()
        .request(options)
        .onFailure(status::completeExceptionally)
        .onSuccess(request -> {
          if (status.isDone()) {
            request.reset();
            return;
          }
          status.whenComplete((_, failure) -> {
            if (failure != null) {
              request.reset();
            }
          });
          request
              .send(Buffer.buffer(body.getBytes(StandardCharsets.UTF_8)))
              .onFailure(status::completeExceptionally)
              .onSuccess(response -> {
                reader.accept(request, response);
                status.complete(response.statusCode());
              });
        });
    try {
      return status.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } finally {
      status.cancel(false);
    }
  }

  /** Reads the rest of a short answer; ends the connection of a long or a slow one. */
  private void drain(HttpClientRequest request, HttpClientResponse response) {
    long timer = vertx.getDelegate().setTimer(CONNECT.toMillis(), _ -> request.reset());
    int[] read = {0};
    response
        .handler(part -> {
          read[0] += part.length();
          if (read[0] > MOST_ANSWER) {
            request.reset();
          }
        })
        .exceptionHandler(_ -> vertx.getDelegate().cancelTimer(timer))
        .endHandler(_ -> vertx.getDelegate().cancelTimer(timer));
  }

  /** Made when it is first needed: many servers never send anything. */
  private HttpClient client() {
    HttpClient made = client;
    if (made == null) {
      synchronized (this) {
        made = client;
        if (made == null) {
          made =
              vertx
                  .getDelegate()
                  .createHttpClient(
                      new HttpClientOptions()
                          .setConnectTimeout((int) CONNECT.toMillis())
                          .setKeepAlive(true)
                          .setKeepAliveTimeout(IDLE_SECONDS)
                          .setMaxPoolSize(MOST_CONNECTIONS)
                          .setVerifyHost(true)
                          .setTrustAll(false)
                          .setDecompressionSupported(false));
          client = made;
        }
      }
    }
    return made;
  }

  @Override
  public void close() {
    HttpClient made = client;
    if (made != null) {
      made.close();
    }
  }
}

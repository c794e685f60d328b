package dev.epoch.client;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;

/**
 * What the transport needs to know.
 *
 * @param server address of the server, such as {@code http://localhost:8000}
 * @param apiPrefix path under which the API lies
 * @param actor who acts
 * @param apiKey key of the API, or null
 * @param connectTimeout longest wait for a connection
 * @param requestTimeout longest wait for an answer, or null for the usual one
 * @param retry what happens when no answer comes
 * @param position log position that reads must have reached, or null
 * @param observer sees every exchange
 */
public record ClientSettings(
    URI server,
    String apiPrefix,
    Actor actor,
    String apiKey,
    Duration connectTimeout,
    Duration requestTimeout,
    RetryPolicy retry,
    String position,
    CallObserver observer) {

  public ClientSettings {
    Objects.requireNonNull(server, "server");
    Objects.requireNonNull(apiPrefix, "apiPrefix");
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(connectTimeout, "connectTimeout");
    Objects.requireNonNull(retry, "retry");
    Objects.requireNonNull(observer, "observer");
    boolean web = "http".equals(server.getScheme()) || "https".equals(server.getScheme());
    if (!web || server.getHost() == null) {
      throw new IllegalArgumentException("not an http or https address: " + server);
    }
    if (apiKey != null && !apiKey.matches("[\\x21-\\x7e]+")) {
      throw new IllegalArgumentException("an API key is one word of ASCII characters");
    }
  }

  /** Shows no key. */
  @Override
  public String toString() {
    return "ClientSettings[" + server + "]";
  }

  /** The address of the API, without a slash at its end. */
  public String apiAddress() {
    String root = rootAddress();
    String prefix = withoutSlash(apiPrefix.startsWith("/") ? apiPrefix : "/" + apiPrefix);
    return root.endsWith(prefix) ? root : root + prefix;
  }

  /** The address of the server, without a slash at its end. */
  public String rootAddress() {
    return withoutSlash(server.toString());
  }

  private static String withoutSlash(String text) {
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }
}

package dev.epoch.server.access;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Names under which the server may be called. A web page whose own name is made to stand for this
 * machine (DNS rebinding) calls the server by that name, and is refused. An address is no name that
 * could be made to stand for another one, so addresses are fine.
 */
@Singleton
public class HostNames {
  private final List<String> allowed = new ArrayList<>(List.of("localhost", "*.localhost"));

  HostNames(
      Listening listening,
      @ConfigProperty(name = "epoch.api.allowed-hosts") Optional<List<String>> listed,
      @ConfigProperty(name = "epoch.server.advertised-url") Optional<String> advertised) {
    allowed.add(normal(listening.host()));
    advertised
        .map(url -> url.strip().replaceAll("^[^:]*://|[:/][^]]*$", ""))
        .ifPresent(name -> allowed.add(normal(name)));
    listed.orElse(List.of()).forEach(name -> allowed.add(normal(name.strip())));
  }

  /** Whether the request calls the server by such a name, or by none, as no browser does. */
  boolean allow(HttpServerRequest request) {
    HostAndPort authority = request.authority();
    if (authority == null) {
      return !request.headers().contains(HttpHeaders.HOST);
    }
    return allow(authority.host());
  }

  boolean allow(String given) {
    String host = normal(given);
    return isAddress(host) || allowed.stream().anyMatch(name -> matches(name, host));
  }

  private static boolean matches(String name, String host) {
    return name.equals("*")
        || name.equals(host)
        || (name.startsWith("*.") && host.endsWith(name.substring(1)));
  }

  private static boolean isAddress(String host) {
    return host.matches("\\d{1,3}(\\.\\d{1,3}){3}")
        || host.matches("\\[?[0-9a-f:.]*:[0-9a-f:.]*]?");
  }

  private static String normal(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}

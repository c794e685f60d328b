package dev.epoch.server.http;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.BodyTooLargeException;
import dev.epoch.api.error.FailureMapping;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * What happens to a request before the API sees it: its size is checked, its prefix replaced, and
 * the type of a body that is not there forgotten.
 */
@ApplicationScoped
public class HttpRoutes {
  /** Before the framework's own check, whose answer has no body. */
  private static final int FIRST = 10_000;

  private final String prefix;
  private final long largestBody;

  HttpRoutes(
      @ConfigProperty(name = "epoch.api.prefix") String prefix,
      @ConfigProperty(name = "epoch.api.max-body") MemorySize largestBody) {
    this.prefix = withoutSlash(prefix);
    this.largestBody = largestBody.asLongValue();
  }

  public static String withoutSlash(String prefix) {
    return prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
  }

  void register(@Observes Filters filters) {
    filters.register(this::checkBody, FIRST);
    if (!prefix.equals(ApiPaths.PREFIX)) {
      filters.register(this::replacePrefix, FIRST - 1);
    }
  }

  private void checkBody(RoutingContext context) {
    String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    // HTTP/2 needs no header to announce a body
    boolean announced =
        context.request().headers().contains(HttpHeaders.TRANSFER_ENCODING)
            || context.request().version() == HttpVersion.HTTP_2;
    if ("0".equals(length) || (length == null && !announced)) {
      // many clients call an empty body a form
      context.request().headers().remove(HttpHeaders.CONTENT_TYPE);
    }
    if (length == null || !isLarger(length)) {
      context.next();
      return;
    }
    Refusals.send(context, FailureMapping.error(new BodyTooLargeException()));
  }

  private boolean isLarger(String length) {
    try {
      return Long.parseLong(length) > largestBody;
    } catch (NumberFormatException notALength) {
      return true;
    }
  }

  private void replacePrefix(RoutingContext context) {
    String path = context.request().path();
    if (context.get(ApiPaths.PREFIX) == null
        && (path.equals(prefix) || path.startsWith(prefix + "/"))) {
      context.put(ApiPaths.PREFIX, true);
      String query = context.request().query();
      context.reroute(
          ApiPaths.PREFIX + path.substring(prefix.length()) + (query == null ? "" : "?" + query));
    } else {
      context.next();
    }
  }
}

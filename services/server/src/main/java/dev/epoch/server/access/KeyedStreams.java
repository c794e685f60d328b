package dev.epoch.server.access;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Streams of events that were begun with a key. They last as long as it is accepted. */
@Singleton
public class KeyedStreams {
  private static final Pattern STREAM = Pattern.compile(".*/(events|changes)/stream");

  private final Map<HttpServerRequest, String> open = new ConcurrentHashMap<>();

  /** Notes the request if it is one for a stream. */
  void note(RoutingContext context, String key) {
    HttpServerRequest request = context.request();
    if (STREAM.matcher(request.path()).matches() && open.put(request, key) == null) {
      context.addEndHandler(_ -> open.remove(request));
    }
  }

  /** Ends the request at that time if it is one for a stream. */
  void end(RoutingContext context, Instant time) {
    HttpServerRequest request = context.request();
    if (STREAM.matcher(request.path()).matches()) {
      long left = Math.max(1, Duration.between(Instant.now(), time).toMillis());
      long timer = context.vertx().setTimer(left, _ -> end(request));
      context.addEndHandler(_ -> context.vertx().cancelTimer(timer));
    }
  }

  /** Ends those of all other keys. */
  void keep(Set<String> accepted) {
    open.forEach((request, key) -> {
      if (!accepted.contains(key)) {
        end(request);
      }
    });
  }

  private static void end(HttpServerRequest request) {
    if (request.version() == HttpVersion.HTTP_2) {
      request.response().reset();
    } else {
      request.connection().close();
    }
  }
}

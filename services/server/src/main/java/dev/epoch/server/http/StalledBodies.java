package dev.epoch.server.http;

import dev.epoch.api.error.ApiError;
import dev.epoch.api.request.BodyReader;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Ends requests of whose bodies nothing has come for a while: they would keep their places. Twice
 * in that while it is looked how far they are.
 */
@Singleton
public class StalledBodies {
  /** Before the bodies are read. */
  private static final int PRIORITY = 9_000;

  private final Duration patience;

  StalledBodies(@ConfigProperty(name = "epoch.api.read-timeout") Duration patience) {
    this.patience = patience;
  }

  void register(@Observes Filters filters) {
    filters.register(this::watch, PRIORITY);
  }

  private void watch(RoutingContext context) {
    if (!context.request().isEnded() && announcesBody(context.request())) {
      new Watch(context);
    }
    context.next();
  }

  /** HTTP/2 needs no header to announce a body. */
  private static boolean announcesBody(HttpServerRequest request) {
    return request.version() == HttpVersion.HTTP_2
        || request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
        || contentLength(request) > 0;
  }

  private static long contentLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? -1 : Long.parseLong(length);
    } catch (NumberFormatException notALength) {
      return -1;
    }
  }

  /** One request, on its event loop. */
  private final class Watch {
    private final RoutingContext context;
    private final Vertx vertx;
    private final long timer;
    private long seen = -1;

    Watch(RoutingContext context) {
      this.context = context;
      this.vertx = context.vertx();
      this.timer = vertx.setPeriodic(Math.max(1, patience.toMillis() / 2), tick -> look());
      context.addEndHandler(end -> vertx.cancelTimer(timer));
    }

    private void look() {
      HttpServerRequest request = context.request();
      long come = request.bytesRead();
      if (request.isEnded() || context.response().ended() || come == contentLength(request)) {
        vertx.cancelTimer(timer);
      } else if (come != seen) {
        seen = come;
      } else {
        vertx.cancelTimer(timer);
        end(request);
      }
    }

    private void end(HttpServerRequest request) {
      BodyReader reader = context.get(BodyReader.KEY);
      if (reader != null) {
        reader.giveUp();
        return;
      }
      if (context.response().headWritten()) {
        request.connection().close();
        return;
      }
      // who collects the body would take the end of the connection for a fault
      request.exceptionHandler(closed -> {});
      ErrorAnswer.sendAndLeave(
          request,
          ApiError.of(
              408,
              "RequestTimeoutError",
              "The rest of the body did not come",
              Map.of("remedy", "Send it again; nothing was done")));
    }
  }
}

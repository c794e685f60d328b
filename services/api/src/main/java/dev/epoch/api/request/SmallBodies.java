package dev.epoch.api.request;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * Bodies that fit in one network buffer are read before a thread is given to the request, which
 * then never waits for them: waking it would cost more than reading does. Larger ones, and those of
 * unknown length, are read as a stream while the request is worked on.
 */
@Singleton
public class SmallBodies {
  private static final int MOST_BYTES = 16 * 1024;

  /** Filters with larger numbers come first; those of Quarkus itself have smaller ones. */
  private static final int PRIORITY = 1_000;

  private final BodyHandler reader = BodyHandler.create(false).setBodyLimit(MOST_BYTES);

  void register(@Observes Filters filters) {
    filters.register(this::read, PRIORITY);
  }

  private void read(RoutingContext request) {
    if (isSmall(request.request())) {
      reader.handle(request);
    } else {
      request.next();
    }
  }

  /**
   * One whose sender waits to be asked for it is left to who asks. So is one of HTTP/2, whose
   * requests cannot be paused any more once they are read.
   */
  private static boolean isSmall(HttpServerRequest request) {
    if (request.version() == HttpVersion.HTTP_2) {
      return false;
    }
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length != null
        && length.length() <= 5
        && !length.equals("0")
        && Integer.parseInt(length) <= MOST_BYTES
        && request.getHeader(HttpHeaders.EXPECT) == null;
  }
}

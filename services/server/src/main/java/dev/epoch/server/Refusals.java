package dev.epoch.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.ErrorBody;
import dev.epoch.api.json.ApiJson;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;

/** Answers of the server itself, to requests that the API does not see. */
public final class Refusals {
  /** A body of this length is read and thrown away, so that its sender comes to read the answer. */
  private static final int SHORT_BODY = 64 * 1024;

  private Refusals() {}

  /** Answers. Long bodies are not read; the connection that they come on ends. */
  public static void send(RoutingContext context, ApiError error) {
    HttpServerRequest request = context.request();
    HttpServerResponse response =
        context
            .response()
            .setStatusCode(error.status())
            .putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    if (isShort(request)) {
      request.resume();
    } else {
      // Requests share a connection of HTTP/2.
      if (request.version() == HttpVersion.HTTP_2) {
        response.endHandler(sent -> response.reset());
      } else {
        response
            .putHeader(HttpHeaders.CONNECTION, "close")
            .endHandler(sent -> request.connection().close());
      }
    }
    response.end(json(error));
  }

  private static boolean isShort(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length == null) {
      return request.isEnded()
          || (request.version() != HttpVersion.HTTP_2
              && !request.headers().contains(HttpHeaders.TRANSFER_ENCODING));
    }
    return length.matches("\\d{1,5}") && Integer.parseInt(length) <= SHORT_BODY;
  }

  private static String json(ApiError error) {
    try {
      return ApiJson.mapper().writeValueAsString(ErrorBody.of(error));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}

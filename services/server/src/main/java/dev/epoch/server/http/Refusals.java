package dev.epoch.server.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.ErrorBody;
import dev.epoch.api.json.ApiJson;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/** Answers of the server itself, to requests that the API does not see. */
public final class Refusals {
  /**
   * For how long the rest of a refused body is read and thrown away. A sender comes to read the
   * answer when it has sent everything; a connection that is closed before loses the answer too.
   * (What nginx calls a lingering close.)
   */
  private static final Duration LINGER = Duration.ofSeconds(30);

  private Refusals() {}

  /** Answers at once; ends when the rest of the body was read and thrown away, or will not come. */
  public static void send(RoutingContext context, ApiError error) {
    HttpServerRequest request = context.request();
    HttpServerResponse response = context.response();
    Buffer answer = Buffer.buffer(json(error));
    response
        .setStatusCode(error.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(answer.length()));
    if (request.isEnded()) {
      response.end(answer);
    } else if (request.version() == HttpVersion.HTTP_2) {
      // requests share a connection: this one alone ends
      response.endHandler(sent -> response.reset()).end(answer);
    } else {
      response.write(answer);
      discard(context.vertx(), request);
    }
  }

  private static void discard(Vertx vertx, HttpServerRequest request) {
    long timer = vertx.setTimer(LINGER.toMillis(), late -> request.connection().close());
    request.exceptionHandler(lost -> vertx.cancelTimer(timer));
    request.endHandler(end -> {
      vertx.cancelTimer(timer);
      request.response().end();
    });
    request.handler(bytes -> {});
    request.resume();
  }

  private static String json(ApiError error) {
    try {
      return ApiJson.mapper().writeValueAsString(ErrorBody.of(error));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}

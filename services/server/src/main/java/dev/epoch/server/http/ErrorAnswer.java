package dev.epoch.server.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.ErrorBody;
import dev.epoch.api.json.ApiJson;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

/** Answers requests that the API never sees, in the form of its errors. */
final class ErrorAnswer {
  private ErrorAnswer() {}

  /** Answers; whatever of the request is still to come is read by the next who reads. */
  static void send(HttpServerRequest request, ApiError error) {
    request
        .response()
        .setStatusCode(error.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .end(json(error));
  }

  /** Answers, and reads nothing more of the request. Requests share a connection of HTTP/2. */
  static void sendAndLeave(HttpServerRequest request, ApiError error) {
    HttpServerResponse response = request.response();
    if (request.version() == HttpVersion.HTTP_2) {
      response.endHandler(sent -> response.reset());
    } else {
      response
          .putHeader(HttpHeaders.CONNECTION, "close")
          .endHandler(sent -> request.connection().close());
    }
    send(request, error);
  }

  private static String json(ApiError error) {
    try {
      return ApiJson.mapper().writeValueAsString(ErrorBody.of(error));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}

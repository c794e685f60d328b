package dev.epoch.api.error;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.validation.ConstraintViolationException;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;

/** Turns whatever was thrown into an answer. Never shows a stack trace. */
public final class FailureMapping {
  private static final Logger LOG = Logger.getLogger(FailureMapping.class);

  private FailureMapping() {}

  public static Response response(Throwable failure) {
    return response(error(failure), failure);
  }

  /** What clients see of a failure; one that nobody foresaw gets an id that the log has too. */
  public static ApiError error(Throwable failure) {
    return switch (failure) {
      case JsonProcessingException json
          when json.getCause() instanceof BodyTooLargeException
              || json.getCause() instanceof BodyLostException
              || json.getCause() instanceof OverloadedException ->
          error(json.getCause());
      case JsonProcessingException json -> RequestProblems.of(json);
      case ConstraintViolationException violations -> RequestProblems.of(violations);
      case WebApplicationException http -> http(http);
      case CompletionException wrapped when wrapped.getCause() != null -> error(wrapped.getCause());
      default -> known(failure).orElseGet(() -> unforeseen(failure));
    };
  }

  private static Optional<ApiError> known(Throwable failure) {
    Optional<ApiError> error = ErrorTable.of(failure);
    error
        .filter(found -> found.status() >= 500 && !(failure instanceof OverloadedException))
        .ifPresent(found -> {
          LOG.warnf("Answered %s: %s%s", found.error(), found.message(), reason(failure));
          LOG.debugf(failure, "Answered %s", found.error());
        });
    return error;
  }

  /** What is not for clients: what listens at an address, for one. */
  private static String reason(Throwable failure) {
    Throwable deepest = failure;
    for (int depth = 0; deepest.getCause() != null && depth < 10; depth++) {
      deepest = deepest.getCause();
    }
    return deepest == failure ? "" : " (" + deepest + ")";
  }

  private static ApiError http(WebApplicationException failure) {
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof JsonProcessingException
          || cause instanceof ConstraintViolationException
          || ErrorTable.of(cause).isPresent()) {
        return error(cause);
      }
    }
    int status = failure.getResponse().getStatus();
    return switch (status) {
      case 400 -> ApiError.of(400, "BadRequestError", "The request is malformed", Map.of());
      case 404 -> ApiError.of(404, "NotFoundError", "There is nothing at this path", Map.of());
      case 405 ->
          ApiError.of(
              405,
              "MethodNotAllowedError",
              "This path has no such method",
              allowed(failure.getResponse()));
      case 406 ->
          ApiError.of(
              406, "NotAcceptableError", "This is not available in a form you accept", Map.of());
      case 413 -> error(new BodyTooLargeException());
      case 415 ->
          ApiError.of(
              415,
              "UnsupportedMediaTypeError",
              "A body of this type is not understood here",
              Map.of(
                  "remedy",
                  "Content-Type: application/json; /openapi.json tells where others are taken"));
      default ->
          failure instanceof ClientErrorException || status < 500
              ? ApiError.of(status, "RequestError", failure.getMessage(), Map.of())
              : unforeseen(failure);
    };
  }

  private static Map<String, Object> allowed(Response response) {
    String allow = response.getHeaderString(HttpHeaders.ALLOW);
    return allow == null ? Map.of() : Map.of("allowed", allow);
  }

  private static ApiError unforeseen(Throwable failure) {
    String id = UUID.randomUUID().toString();
    LOG.errorf(failure, "Unforeseen failure %s", id);
    return ApiError.of(
        500,
        "InternalError",
        "Something went wrong that should not have; the server's log has it under " + id,
        Map.of("id", id));
  }

  private static Response response(ApiError error, Throwable failure) {
    Response.ResponseBuilder response =
        Response.status(error.status())
            .type(MediaType.APPLICATION_JSON_TYPE)
            .entity(ErrorBody.of(error));
    if (error.retryAfter() > 0) {
      response.header(HttpHeaders.RETRY_AFTER, error.retryAfter());
    }
    if (failure instanceof WebApplicationException http && error.status() == 405) {
      response.header(HttpHeaders.ALLOW, http.getResponse().getHeaderString(HttpHeaders.ALLOW));
    }
    return response.build();
  }
}

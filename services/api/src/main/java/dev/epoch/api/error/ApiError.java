package dev.epoch.api.error;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A failure as clients see it.
 *
 * @param status of HTTP
 * @param error wire name of the class of failure
 * @param message problem and cause, for people
 * @param details facts for programs; {@code remedy} where there is one
 * @param problems of single fields of the request
 * @param retryAfter seconds after which the same request may succeed, 0 if that is not known
 */
public record ApiError(
    int status,
    String error,
    String message,
    Map<String, Object> details,
    List<FieldProblem> problems,
    int retryAfter) {
  public ApiError {
    Objects.requireNonNull(error, "error");
    message = Objects.requireNonNullElse(message, error);
    details = Map.copyOf(details);
    problems = List.copyOf(problems);
  }

  public static ApiError of(int status, String error, String message, Map<String, Object> details) {
    return new ApiError(status, error, message, details, List.of(), 0);
  }

  /** The same, worth another try after some seconds. */
  public ApiError retryAfter(int seconds) {
    return new ApiError(status, error, message, details, problems, seconds);
  }
}

package dev.epoch.api.error;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A failure as clients see it.
 *
 * @param status of HTTP
 * @param error wire name of the class of failure
 * @param message problem and cause, for people; names in it may be as long as a request, so it is
 *     cut at {@value #MOST_CHARACTERS} characters
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
  static final int MOST_CHARACTERS = 1_900;

  public ApiError {
    Objects.requireNonNull(error, "error");
    message = shortened(Objects.requireNonNullElse(message, error));
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

  private static String shortened(String message) {
    if (message.length() <= MOST_CHARACTERS) {
      return message;
    }
    int end = MOST_CHARACTERS - 1;
    if (Character.isHighSurrogate(message.charAt(end - 1))) {
      end--;
    }
    return message.substring(0, end) + "…";
  }
}

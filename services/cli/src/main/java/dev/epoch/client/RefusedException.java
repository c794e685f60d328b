package dev.epoch.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.epoch.client.transport.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The server answered, and the answer is no. */
public final class RefusedException extends EpochException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String error;
  private final transient JsonNode body;

  private RefusedException(int status, String error, String message, JsonNode body) {
    super(message, null);
    this.status = status;
    this.error = Objects.requireNonNull(error, "error");
    this.body = Objects.requireNonNull(body, "body");
  }

  /** The refusal that an error answer states, also where its body is not the usual error JSON. */
  public static RefusedException of(int status, JsonNode body, String rawBody) {
    String error = Json.text(body, "error");
    String message = Json.text(body, "message");
    if (message == null && body.has("detail")) {
      message = validationMessage(body.get("detail"));
      error = error == null ? "ValidationError" : error;
    }
    if (message == null) {
      message =
          rawBody.isBlank() || body.isObject()
              ? "the server answered with status " + status
              : "the server answered with status " + status + ": " + firstLine(rawBody);
    }
    return new RefusedException(status, error == null ? "" : error, message, body);
  }

  /** {@code [{"loc": ["body", "name"], "msg": "too short"}]} as "body.name: too short". */
  private static String validationMessage(JsonNode detail) {
    if (!detail.isArray()) {
      return detail.asText();
    }
    List<String> problems = new ArrayList<>();
    for (JsonNode problem : detail) {
      List<String> location = new ArrayList<>();
      problem.path("loc").forEach(part -> location.add(part.asText()));
      String place = location.isEmpty() ? "" : String.join(".", location) + ": ";
      problems.add(place + problem.path("msg").asText());
    }
    return String.join("; ", problems);
  }

  private static String firstLine(String text) {
    String line = text.strip().lines().findFirst().orElse("");
    return line.length() > 200 ? line.substring(0, 200) + "..." : line;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The wire name of the error, such as {@code BranchNotFoundError}; empty where there is none. */
  public String error() {
    return error;
  }

  /** The answer as the server sent it; the missing node where it was not JSON. */
  public JsonNode body() {
    return body == null ? MissingNode.getInstance() : body;
  }

  /** The details of the error; the missing node where there are none. */
  public JsonNode details() {
    return body().path("details");
  }

  @Override
  public String remedy() {
    return Json.text(details(), "remedy");
  }
}

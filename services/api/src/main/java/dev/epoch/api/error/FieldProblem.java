package dev.epoch.api.error;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What is wrong with one field of a request. */
@Schema(name = "FieldProblem")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record FieldProblem(
    @Schema(description = "Kind of problem", examples = "string_too_short") String type,
    @Schema(description = "Where it is: body or query, then the names that lead there")
        List<Object> loc,
    @Schema(description = "What is wrong, for people") String msg,
    @Schema(description = "The limits that were broken") Map<String, Object> ctx) {
  public FieldProblem {
    Objects.requireNonNull(type, "type");
    loc = List.copyOf(loc);
    Objects.requireNonNull(msg, "msg");
    ctx = ctx == null ? Map.of() : Map.copyOf(ctx);
  }

  /** A field of the body. */
  public static FieldProblem body(String type, String field, String msg) {
    return new FieldProblem(type, List.of("body", field), msg, Map.of());
  }

  /** A parameter of the query. */
  public static FieldProblem query(String type, String parameter, String msg) {
    return new FieldProblem(type, List.of("query", parameter), msg, Map.of());
  }

  /** The place in one word, {@code body.name}. */
  public String place() {
    StringBuilder place = new StringBuilder();
    for (Object part : loc) {
      place.append(place.isEmpty() ? "" : ".").append(part);
    }
    return place.toString();
  }
}

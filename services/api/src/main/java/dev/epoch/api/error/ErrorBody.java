package dev.epoch.api.error;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of every answer that is a failure. */
@Schema(name = "Error", description = "The body of every answer that is a failure")
public record ErrorBody(
    @Schema(description = "Class of failure", examples = "BranchNotFoundError", required = true)
        String error,
    @Schema(description = "Problem and cause, for people", required = true) String message,
    @Schema(description = "Facts for programs; remedy says what to do", required = true)
        Map<String, Object> details,
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Schema(description = "What is wrong with single fields of the request")
        List<FieldProblem> detail) {

  public static ErrorBody of(ApiError error) {
    Map<String, Object> details = new TreeMap<>(error.details());
    if (!error.problems().isEmpty()) {
      details.put("errors", error.problems());
    }
    return new ErrorBody(error.error(), error.message(), details, error.problems());
  }
}

package dev.epoch.api.query;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.JsonNode;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /query}. */
@Schema(name = "RunQuery")
public record RunQuery(
    @NotNull
        @Size(min = 1, max = 1_000_000)
        @Schema(description = "One reading statement", examples = "SELECT count(*) FROM users")
        String sql,
    @Schema(description = "Branch, tag, commit id or prefix, HEAD, ref~n") String ref,
    @Schema(description = "The current branch if neither ref nor branch is given") String branch,
    @Schema(description = "As the branch stood then, ISO 8601") String atTime,
    @Schema(description = "With what is not committed yet") Boolean working,
    @Schema(description = "Values for $1, $2, ...") List<JsonNode> params,
    @Min(1) @Schema(description = "At most so many rows", defaultValue = "1000") Integer limit,
    @Schema(description = "json, csv or ndjson; else as the Accept header says") String format,
    @Schema(
            description =
                "About CSV: escape puts an apostrophe before texts that spreadsheets would compute",
            defaultValue = "keep")
        String csvFormulas,
    @Schema(
            description =
                "The same query on each of these branches, instead of ref, branch and at_time")
        @JsonSetter(contentNulls = Nulls.FAIL)
        List<String> branches,
    @Schema(
            description =
                "With branches: union for all different rows, side_by_side for an answer of each",
            defaultValue = "union")
        String mode,
    @Schema(
            description =
                "Whether further rows are asked for later, by next of the answer; what is committed only")
        Boolean paged,
    @Schema(description = "next of the page before; all else but limit and format as for that one")
        String after) {

  /** Whether it is one page of several. */
  boolean isPaged() {
    return after != null || Boolean.TRUE.equals(paged);
  }
}

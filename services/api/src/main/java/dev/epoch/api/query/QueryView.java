package dev.epoch.api.query;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.storage.query.QueryResult;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The answer to a query. */
@Schema(name = "QueryResult")
public record QueryView(
    List<ColumnView> columns,
    List<List<JsonNode>> rows,
    @Schema(description = "Whether there were more rows than the limit") boolean truncated,
    @JsonInclude(JsonInclude.Include.NON_NULL)
        @Schema(description = "after of the next page; only of queries with pages, not at the end")
        String next,
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Schema(
            description =
                "Columns of tables that the statement names, as table.column, whose values are not known any more")
        List<String> lost) {

  /** A column of the answer. */
  @Schema(name = "ResultColumn")
  public record ColumnView(
      String name, @Schema(description = "As the database prints it") String type) {}

  public static QueryView of(QueryResult result) {
    return of(result, null, List.of());
  }

  /**
   * @param next cursor of the next page, or null
   * @param lost columns whose values are not known any more
   */
  static QueryView of(QueryResult result, String next, List<String> lost) {
    return new QueryView(
        result.columns().stream()
            .map(column -> new ColumnView(column.name(), column.type()))
            .toList(),
        result.rows(),
        result.truncated(),
        next,
        lost);
  }
}

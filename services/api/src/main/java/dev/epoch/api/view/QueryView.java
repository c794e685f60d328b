package dev.epoch.api.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.storage.QueryResult;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The answer to a query. */
@Schema(name = "QueryResult")
public record QueryView(
    List<ColumnView> columns,
    List<List<JsonNode>> rows,
    @Schema(description = "Whether there were more rows than the limit") boolean truncated) {

  /** A column of the answer. */
  @Schema(name = "ResultColumn")
  public record ColumnView(
      String name, @Schema(description = "As the database prints it") String type) {}

  public static QueryView of(QueryResult result) {
    return new QueryView(
        result.columns().stream()
            .map(column -> new ColumnView(column.name(), column.type()))
            .toList(),
        result.rows(),
        result.truncated());
  }
}

package dev.epoch.api.table;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.epoch.gateway.schema.IndexRequest;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /tables/{table}/indexes}. */
@Schema(name = "AddIndex")
public record AddIndex(
    @NotNull @Size(min = 1, max = 63) @Schema(examples = "idx_users_email") String name,
    @Schema(description = "btree, hash, gist, gin or brin", defaultValue = "btree") String method,
    @NotNull @JsonSetter(contentNulls = Nulls.FAIL) List<Column> columns,
    @Schema(description = "Whether it keeps values unique") Boolean unique,
    @Schema(description = "Condition of a partial index") String whereClause,
    @Schema(description = "Columns that it carries along") @JsonSetter(contentNulls = Nulls.FAIL)
        List<String> includeColumns,
    @Schema(description = "fillfactor and the like") Map<String, String> storageParameters,
    @Schema(description = "Beside writers: CREATE INDEX CONCURRENTLY") Boolean online,
    @Schema(defaultValue = "30s") String lockTimeout,
    @Schema(defaultValue = "5m") String statementTimeout,
    @Schema(defaultValue = "3") Integer retries) {

  /** A part of the key. */
  @Schema(name = "IndexColumn")
  public record Column(
      @Schema(description = "Column; this or an expression") String name,
      String expression,
      @Schema(description = "asc or desc") String sortOrder,
      @Schema(description = "first or last") String nullsOrder,
      @Schema(description = "Operator class") String opclass) {}

  /** What it asks for. */
  public IndexRequest request() {
    return new IndexRequest(
        name,
        method,
        Boolean.TRUE.equals(unique),
        columns.stream()
            .map(column ->
                new IndexRequest.Column(
                    column.name(),
                    column.expression(),
                    column.sortOrder(),
                    column.nullsOrder(),
                    column.opclass()))
            .toList(),
        includeColumns,
        whereClause,
        storageParameters);
  }
}

package dev.epoch.api.table;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.events.table.TableSchema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /tables}: a location, or a storage and a path in it. */
@Schema(name = "RegisterTable")
public record RegisterTable(
    @NotNull @Size(min = 1) @Schema(description = "Name in the repository", examples = "users")
        String name,
    @Schema(
            description = "Where the table is; with a path, where its database is",
            examples = "postgresql://localhost/mydb/public.users")
        String location,
    @Schema(description = "Storage that it is in; the default one if neither is given")
        String storageName,
    @Schema(description = "Path in the storage or database; the name if none is given") String path,
    @Schema(description = "Key columns; found if none are given")
        @JsonSetter(contentNulls = Nulls.FAIL)
        List<String> primaryKey,
    @Schema(
            description =
                "Whether rows are only ever added: each gets an id, epoch_row, instead of a key")
        Boolean appendOnly,
    @Schema(
            description =
                "Branch that the table was made on, which alone has it until it is merged; the default branch if none is given",
            examples = "feature/x")
        String branch) {

  /** Key columns as the storage takes them; the two ways to give rows a key exclude each other. */
  public List<String> key() {
    List<String> named = primaryKey == null ? List.of() : primaryKey;
    if (!Boolean.TRUE.equals(appendOnly)) {
      return named;
    }
    if (!named.isEmpty()) {
      throw new InvalidRequestException(
          new FieldProblem(
              "value_error",
              List.of("body", "append_only"),
              "An append-only table has no key columns: give primary_key or append_only",
              Map.of()));
    }
    return List.of(TableSchema.ROW_ID);
  }
}

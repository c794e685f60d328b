package dev.epoch.api.diff;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What differs between two states, table by table. */
@Schema(name = "Diff")
public record DiffView(
    @Schema(description = "Null for the state before the first commit") String baseCommitId,
    String targetCommitId,
    int tablesChanged,
    long totalInserts,
    long totalUpdates,
    long totalDeletes,
    List<TableChangeView> tables,
    @Schema(description = "The schema-only branch for which schemas alone are compared")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        String schemaOnly) {

  /**
   * @param schemaOnly name of a branch without rows that is one side, or null
   */
  public static DiffView of(
      String base, String target, List<TableChangeView> tables, String schemaOnly) {
    return new DiffView(
        base,
        target,
        tables.size(),
        tables.stream().mapToLong(TableChangeView::inserted).sum(),
        tables.stream().mapToLong(TableChangeView::updated).sum(),
        tables.stream().mapToLong(TableChangeView::deleted).sum(),
        tables,
        schemaOnly);
  }
}

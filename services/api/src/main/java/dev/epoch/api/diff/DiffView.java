package dev.epoch.api.diff;

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
    List<TableChangeView> tables) {

  public static DiffView of(String base, String target, List<TableChangeView> tables) {
    return new DiffView(
        base,
        target,
        tables.size(),
        tables.stream().mapToLong(TableChangeView::inserted).sum(),
        tables.stream().mapToLong(TableChangeView::updated).sum(),
        tables.stream().mapToLong(TableChangeView::deleted).sum(),
        tables);
  }
}

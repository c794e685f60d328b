package dev.epoch.api.commit;

import dev.epoch.engine.state.CommitState;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a commit holds, table by table. */
@Schema(name = "Snapshot")
public record SnapshotView(
    @Schema(description = "Null for the state before the first commit") String commitId,
    @Schema(description = "Version of the repository's stream at which the commit was made")
        long version,
    List<TableEntryView> tables) {

  /** A table at a commit. */
  @Schema(name = "TableEntry")
  public record TableEntryView(
      String table,
      long rows,
      @Schema(description = "The same for the same rows, whatever the way there")
          String contentHash,
      String schemaHash) {}

  public static SnapshotView of(CommitState commit) {
    return new SnapshotView(
        CommitView.idOf(commit),
        commit.position(),
        commit.tree().values().stream()
            .map(entry ->
                new TableEntryView(
                    entry.name(),
                    entry.rowCount(),
                    entry.contentHash().hex(),
                    entry.schemaHash().hex()))
            .sorted(java.util.Comparator.comparing(TableEntryView::table))
            .toList());
  }
}

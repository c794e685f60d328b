package dev.epoch.api.diff;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.api.schema.SchemaLines;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.commit.WorkingSetService.TableChange;
import dev.epoch.gateway.read.DiffService.TableDiff;
import dev.epoch.gateway.read.Snapshot;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How a table differs, in records. */
@Schema(name = "TableChange")
public record TableChangeView(
    String table,
    long inserted,
    long updated,
    long deleted,
    boolean schemaChanged,
    @Schema(description = "added, removed or modified") String changeType,
    @Schema(description = "What changed in its schema, a line each; absent where it is not told")
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<String> schemaChanges) {

  /** Uncommitted work. */
  public static TableChangeView of(TableChange change) {
    String type = change.registered() ? "added" : change.removed() ? "removed" : "modified";
    return new TableChangeView(
        change.table(),
        change.inserted(),
        change.updated(),
        change.deleted(),
        change.registered() || change.removed() || !change.schemaChanges().isEmpty(),
        type,
        SchemaLines.of(change.schemaChanges()));
  }

  /** What a commit changed against its first parent, as it was recorded. */
  public static TableChangeView of(dev.epoch.projections.history.TableChange change) {
    return new TableChangeView(
        change.table(),
        change.inserted(),
        change.updated(),
        change.deleted(),
        change.schemaChanged(),
        change.type(),
        List.of());
  }

  public static List<TableChangeView> between(
      Snapshot base, Snapshot target, List<TableDiff> diffs) {
    return diffs.stream()
        .map(diff -> of(diff, base.tables().keySet(), target.tables().keySet()))
        .toList();
  }

  /** What a commit changed against its first parent. */
  public static List<TableChangeView> of(
      RepositoryState state, CommitState commit, List<TableDiff> diffs) {
    Set<String> before =
        commit.root()
            ? Set.of()
            : state.commits().byId().get(commit.parents().getFirst()).tree().keySet();
    return diffs.stream().map(diff -> of(diff, before, commit.tree().keySet())).toList();
  }

  private static TableChangeView of(TableDiff diff, Set<String> before, Set<String> after) {
    String type =
        !before.contains(diff.table())
            ? "added"
            : after.contains(diff.table()) ? "modified" : "removed";
    return new TableChangeView(
        diff.table(),
        diff.inserted(),
        diff.updated(),
        diff.deleted(),
        diff.schemaChanged(),
        type,
        SchemaLines.of(diff.schemaChanges()));
  }
}

package dev.epoch.gateway.merge;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.row.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The schema of a table after a merge, where the sides have different ones. One side's change is
 * taken; if both changed it, or the change would have to be made on a live table, the merge is
 * refused.
 *
 * @param schema of the merged rows
 * @param brought its hash where the target does not have it yet, else null
 * @param missing places, in the schema, of columns that the source's rows do not have
 */
record MergedSchema(TableSchema schema, Digest brought, List<Integer> missing) {

  /**
   * @param now schema of the target's rows: on the default branch with what is not committed
   * @param bases entries of the table at the base
   */
  static MergedSchema of(
      RepositoryState state,
      boolean intoLive,
      TableEntry ours,
      TableSchema now,
      TableEntry theirs,
      List<TableEntry> bases) {
    TableSchema source = state.tables().schema(theirs.schemaHash());
    if (ours.schemaHash().equals(theirs.schemaHash())) {
      return new MergedSchema(now, null, missing(now, source));
    }
    boolean sourceChanged =
        bases.isEmpty()
            || bases.stream().anyMatch(base -> !base.schemaHash().equals(theirs.schemaHash()));
    if (!sourceChanged) {
      return new MergedSchema(now, null, missing(now, source));
    }
    boolean targetChanged =
        bases.isEmpty()
            || bases.stream().anyMatch(base -> !base.schemaHash().equals(ours.schemaHash()));
    if (targetChanged) {
      throw refused(
          theirs,
          "Both sides changed the schema of table '" + theirs.name() + "' in different ways",
          "Bring both to one schema first, and commit that");
    }
    if (intoLive) {
      throw refused(
          theirs,
          "The merge would change the schema of the live table '" + theirs.name() + "'",
          "Change the live table as the source did, commit, and merge again");
    }
    return new MergedSchema(source, theirs.schemaHash(), List.of());
  }

  private static RefusedException refused(TableEntry table, String problem, String remedy) {
    return new RefusedException(
        Code.SCHEMA_CHANGED, problem, Map.of("table", table.name(), "remedy", remedy));
  }

  private static List<Integer> missing(TableSchema merged, TableSchema source) {
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < merged.columns().size(); i++) {
      Column column = merged.columns().get(i);
      if (source.columns().stream().noneMatch(there -> there.id().equals(column.id()))) {
        missing.add(i);
      }
    }
    return missing;
  }

  /** A row of the source: what it does not have is as it was at the base. */
  Row theirs(Row base, Row theirs) {
    Row row = theirs;
    if (base != null && theirs != null) {
      for (int column : missing) {
        if (!Objects.equals(base.get(column), row.get(column))) {
          row = row.with(column, base.get(column));
        }
      }
    }
    return row;
  }
}

package dev.epoch.gateway.merge.schema;

import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.merge.ConflictType;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.schema.merge.SchemaResolution;
import dev.epoch.storage.TableHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Columns that one side dropped, and whose values the other side changed: a conflict, so that no
 * values go without a word. Who keeps the column decides that it was not dropped.
 *
 * @param ours the target's schema, with what is kept
 * @param theirs the source's, likewise
 * @param conflicts without a decision
 */
public record DroppedColumns(TableSchema ours, TableSchema theirs, List<RowConflict> conflicts) {
  /** What conflicts say of a side; no numbers, which change while applications write. */
  private static final String CHANGED = "values changed";

  /** Looks at rows. */
  public interface Values {
    /**
     * Whether a side changed values since the base that the merge would lose.
     *
     * @param column as the side has it
     * @param side its schema
     * @param ours whether the side is the target
     * @param retyped whether the other side has a column of that name with another type
     */
    boolean changed(Column column, TableSchema side, boolean ours, boolean retyped);
  }

  /**
   * @param merged what the merge of the schemas came to
   * @throws RefusedException if a decision means nothing for its conflict, or cannot be followed
   */
  public static DroppedColumns of(
      TableHandle table,
      TableSchema base,
      TableSchema ours,
      TableSchema theirs,
      TableSchema merged,
      SchemaConflicts decisions,
      Values values) {
    TableSchema left = ours;
    TableSchema right = theirs;
    List<RowConflict> open = new ArrayList<>();
    for (Column before : base.columns()) {
      Optional<Column> here = in(ours, before);
      Optional<Column> there = in(theirs, before);
      if (in(merged, before).isPresent() || here.isPresent() == there.isPresent()) {
        continue;
      }
      boolean byOurs = here.isPresent();
      Column kept = here.or(() -> there).orElseThrow();
      Optional<Column> retyped = (byOurs ? theirs : ours).column(kept.name());
      if (kept.generated()
          || !values.changed(kept, byOurs ? ours : theirs, byOurs, retyped.isPresent())) {
        continue;
      }
      RowConflict conflict =
          conflict(table, before, byOurs, retyped.map(column -> column.type().name()).orElse(null));
      Optional<SchemaResolution> resolution = decisions.resolution(conflict);
      if (resolution.isEmpty()) {
        open.add(conflict);
      } else if (keeps(resolution.get(), conflict, byOurs)) {
        left = byOurs ? left : with(table, left, base, before);
        right = byOurs ? with(table, right, base, before) : right;
      }
    }
    return new DroppedColumns(left, right, open);
  }

  /** Whether a row has a value of the column that the base does not have. */
  public static boolean isNew(RowChange change, Column column, int index) {
    return switch (change.kind()) {
      case DELETE -> false;
      case UPDATE -> !Objects.equals(change.before().get(index), change.after().get(index));
      case INSERT ->
          change.after().get(index) != null
              && !change.after().get(index).equals(column.initialDefault());
    };
  }

  private static Optional<Column> in(TableSchema side, Column column) {
    return side.columns().stream().filter(c -> c.id().equals(column.id())).findFirst();
  }

  /**
   * @param other the type that the other side has given the column, null if it has dropped it
   */
  private static RowConflict conflict(
      TableHandle table, Column column, boolean byOurs, String other) {
    return new RowConflict(
        table.id(),
        table.name(),
        RowKey.of(),
        ConflictType.SCHEMA_DATA,
        List.of(
            FieldConflict.whole(
                "column values",
                column.type().name(),
                byOurs ? CHANGED : other,
                byOurs ? other : CHANGED)),
        column.name());
  }

  private static boolean keeps(SchemaResolution resolution, RowConflict conflict, boolean byOurs) {
    return switch (resolution) {
      case SchemaResolution.Ours _ -> byOurs;
      case SchemaResolution.Theirs _ -> !byOurs;
      default ->
          throw refused(
              conflict.tableName(),
              "Values of column '%s' of '%s' cannot be merged with the loss of the column"
                  .formatted(conflict.constraint(), conflict.tableName()));
    };
  }

  /** The side as if it had not dropped the column. */
  private static TableSchema with(
      TableHandle table, TableSchema side, TableSchema base, Column column) {
    if (side.indexOf(column.name()) >= 0) {
      throw refused(
          table.name(),
          "Column '%s' of '%s' cannot be kept: the other side has another one of that name"
              .formatted(column.name(), table.name()));
    }
    List<Column> columns = new ArrayList<>(side.columns());
    columns.add(Math.min(base.columns().indexOf(column), columns.size()), column);
    return new TableSchema(columns, side.primaryKey(), side.constraints(), side.indexes());
  }

  private static RefusedException refused(String table, String problem) {
    return new RefusedException(
        Code.VALIDATION,
        problem,
        Map.of("table", table, "remedy", "Decide otherwise: ours or theirs"));
  }
}

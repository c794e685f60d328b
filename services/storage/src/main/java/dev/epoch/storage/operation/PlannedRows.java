package dev.epoch.storage.operation;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.error.MergeOvertakenException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rows that a merge brings to one table: as they were planned, and planned anew for rows of
 * which the target has other versions when the merge has its locks.
 */
public interface PlannedRows extends AutoCloseable {

  /** The rows to write, from the target's at the time of planning. Pulled once. */
  RowStream<RowChange> writes();

  /**
   * Keys of rows that the source changed and the merge leaves as the target has them. Pulled once;
   * needed only where live changes are committed first.
   */
  RowStream<RowKey> kept();

  /** What the rows look like; empty for the schema of the table's handle. */
  default Optional<TableSchema> schema() {
    return Optional.empty();
  }

  /**
   * The schema of the table that this was planned for; empty for the one of {@link #schema}. Rows
   * of another are what is written if the operation gives the table that schema.
   */
  default Optional<TableSchema> plannedFor() {
    return schema();
  }

  /**
   * What becomes of rows that the target may have changed since; those that stay as they are now
   * are left out. Called while applications wait: quick, and as often as locks are tried for.
   *
   * @param now by key of {@link #writes} or {@link #kept}: the target's row, null where it is
   *     absent
   * @throws MergeOvertakenException if one of them is in conflict now
   */
  List<RowChange> again(Map<RowKey, Row> now);

  @Override
  void close();

  /** A plan that holds only while the target stays as it is. */
  static PlannedRows fixed(RowStream<RowChange> writes) {
    return new PlannedRows() {
      @Override
      public RowStream<RowChange> writes() {
        return writes;
      }

      @Override
      public RowStream<RowKey> kept() {
        return RowStream.of(List.of());
      }

      @Override
      public List<RowChange> again(Map<RowKey, Row> now) {
        throw MergeOvertakenException.by(now.size());
      }

      @Override
      public void close() {
        writes.close();
      }
    };
  }
}

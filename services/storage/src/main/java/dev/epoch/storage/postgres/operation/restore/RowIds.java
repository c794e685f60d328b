package dev.epoch.storage.postgres.operation.restore;

import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.operation.write.StagedTable;
import dev.epoch.storage.postgres.state.LiveRelations;
import java.util.ArrayList;
import java.util.List;

/**
 * The ids of an append-only table's rows, as the log has them: collected from the changes of all
 * commits of the default branch, in a transaction that then gives them to the live rows.
 */
final class RowIds {
  private static final int BATCH = 5_000;

  private final Session session;
  private final TableHandle table;
  private final StagedTable known;

  private RowIds(Session session, TableHandle table, StagedTable known) {
    this.session = session;
    this.table = table;
    this.known = known;
  }

  static RowIds begin(
      Session session, TableHandle table, TableColumns columns, LiveRelations live) {
    StagedTable known = new StagedTable("known_" + table.id(), columns, live);
    known.create(session);
    return new RowIds(session, table, known);
  }

  /** The same changes of a commit, which are noted as they pass. */
  RowStream<RowChange> noting(RowStream<RowChange> changes) {
    List<RowChange> batch = new ArrayList<>();
    return new RowStream<>() {
      @Override
      public boolean hasNext() {
        boolean more = changes.hasNext();
        if (!more || batch.size() >= BATCH) {
          note(batch);
          batch.clear();
        }
        return more;
      }

      @Override
      public RowChange next() {
        RowChange change = changes.next();
        batch.add(change);
        return change;
      }

      @Override
      public void close() {
        changes.close();
      }
    };
  }

  private void note(List<RowChange> batch) {
    if (batch.isEmpty()) {
      return;
    }
    session.execute(
        "DELETE FROM " + known.name() + " WHERE epoch_row = ANY ($1::text[]::bigint[])",
        (Object) batch.stream().map(change -> change.key().get(0)).toArray(String[]::new));
    known.load(session, RowStream.of(batch));
  }

  /** Gives the live rows their ids, and lets new rows have none of them. */
  void restore() {
    session.list(
        "SELECT epoch.restore_row_ids($1, $2)::text",
        row -> row,
        table.id(),
        "SELECT * FROM " + known.name() + " WHERE epoch_kind = 1");
  }
}

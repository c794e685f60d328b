package dev.epoch.storage.relational;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.TableContent;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.CaptureOffException;
import dev.epoch.storage.layered.Layer;
import dev.epoch.storage.layered.StateLayers;
import dev.epoch.storage.state.CommittedContent;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.UncapturedTable;
import java.util.ArrayList;
import java.util.List;

/**
 * Live tables that somebody has made anew. What captures changes went with the former one: whether
 * the rows are still those of the last commit, but for what was captured, tells its content hash.
 */
final class ReplacedTables {
  private final RelationalStore store;

  ReplacedTables(RelationalStore store) {
    this.store = store;
  }

  List<UncapturedTable> uncaptured(String repository) {
    List<UncapturedTable> found = new ArrayList<>();
    try (RelationalSession session = store.begin(false)) {
      String branch = store.registry.defaultBranch(session, repository);
      for (LayerTable table : store.registry.tables(session)) {
        if (branch != null
            && table.repository().equals(repository)
            && !table.archived()
            && (table.replaced() || !TableShapes.isCaptured(session, table))) {
          found.add(
              new UncapturedTable(
                  table.id(),
                  branch,
                  "it was made anew, and its triggers went with the former one"));
        }
      }
    }
    return found;
  }

  /**
   * @throws CaptureOffException if the table has not what was committed
   */
  void verify(BranchTable table, CommittedContent content) {
    TableHandle handle = table.table();
    try (RelationalSession session = store.begin(true)) {
      LayerTable known = session.table(handle);
      if (!known.replaced()) {
        return;
      }
      if (!has(session, handle, StateLayers.at(table.head()), content)) {
        if (!has(session, handle, StateLayers.live(Layer.UNCOMMITTED), content)) {
          throw new CaptureOffException(
              "Table '%s' was made anew, and rows of it were changed before anything captured that:"
                      .formatted(handle.name())
                  + " nobody knows any more what they were, and commits read what is there now",
              ("Put these rows back; or 'epoch table remove %1$s --purge' and 'epoch table add %1$s':"
                      + " commits from before then say that they have it no more")
                  .formatted(handle.name()));
        }
        // somebody has put the rows back, which was captured
        session.execute(
            "DELETE FROM %s WHERE valid_to = %d".formatted(known.history(), Layer.UNCOMMITTED));
      }
      store.registry.put(session, known.replaced(false));
      session.commit();
    }
  }

  /** Rows of which a column is gone are counted. */
  private static boolean has(
      RelationalSession session, TableHandle handle, StateLayers state, CommittedContent content) {
    LayerTable known = session.table(handle);
    boolean complete =
        handle.schema().columns().stream()
            .allMatch(column -> known.live().containsKey(column.id()));
    try (RowStream<Row> rows = session.rows(handle, state, RowQuery.all())) {
      TableContent found = TableContent.of(handle.schema(), rows);
      return found.rows() == content.rows()
          && (!complete || found.sum().hash().equals(content.hash()));
    }
  }
}

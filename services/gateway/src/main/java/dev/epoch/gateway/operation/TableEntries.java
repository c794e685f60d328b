package dev.epoch.gateway.operation;

import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.events.Digest;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.log.ChunkStore;
import dev.epoch.model.changes.ChangeSetWriter;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.ChangeQuery;
import dev.epoch.storage.StateReader;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TableState;
import java.util.List;
import java.util.Optional;

/**
 * Entries of commits: reads what an operation changed, sums it up, and puts the change set beside
 * the log.
 */
public final class TableEntries {
  private final ChunkStore chunks;

  public TableEntries(ChunkStore chunks) {
    this.chunks = chunks;
  }

  /**
   * The entry of a table after an operation.
   *
   * @param before its entry in the first parent, null if it is new there
   * @param from where its rows were
   * @param to where they are
   * @param known what changed between these, null if it has to be read
   * @return empty if no row changed and the table was there before
   */
  Optional<TableEntry> entry(
      StateReader reader,
      TableHandle handle,
      RegisteredTable table,
      TableEntry before,
      RowsLocation from,
      RowsLocation to,
      List<RowChange> known) {
    ContentSum sum =
        ContentSum.fromBase64(before == null ? table.baselineSum() : before.contentSum());
    RowHasher hasher = new RowHasher(table.schema());
    long inserted = 0;
    long updated = 0;
    long deleted = 0;
    Digest changeSet = null;
    if (!from.equals(to)) {
      ChunkBuffer buffer = new ChunkBuffer(chunks);
      ChangeSetWriter writer = new ChangeSetWriter(table.schema(), buffer::put);
      try (RowStream<RowChange> changes =
          known == null ? read(reader, handle, from, to) : RowStream.of(known)) {
        while (changes.hasNext()) {
          RowChange change = changes.next();
          sum.apply(hasher, change);
          writer.add(change);
          switch (change.kind()) {
            case INSERT -> inserted++;
            case UPDATE -> updated++;
            case DELETE -> deleted++;
          }
        }
      }
      if (inserted + updated + deleted > 0) {
        changeSet = writer.finish().root();
        buffer.flush();
      }
    }
    if (before != null && changeSet == null) {
      return Optional.empty();
    }
    long rows = (before == null ? table.baselineRows() : before.rowCount()) + inserted - deleted;
    return Optional.of(
        new TableEntry(
            table.id(),
            table.name(),
            table.schemaHash(),
            sum.hash(),
            sum.toBase64(),
            rows,
            to,
            changeSet,
            before == null ? rows : inserted,
            before == null ? 0 : updated,
            before == null ? 0 : deleted));
  }

  private static RowStream<RowChange> read(
      StateReader reader, TableHandle handle, RowsLocation from, RowsLocation to) {
    return reader.changes(
        handle, new TableState.Committed(from), new TableState.Committed(to), ChangeQuery.all());
  }
}

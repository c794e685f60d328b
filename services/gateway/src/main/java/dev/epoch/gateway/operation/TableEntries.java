package dev.epoch.gateway.operation;

import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.events.Digest;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.chunk.ChunkBuffer;
import dev.epoch.gateway.column.RetypedRows;
import dev.epoch.log.ChunkStore;
import dev.epoch.model.changes.ChangeSetWriter;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.LookaheadStream;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.TableContent;
import dev.epoch.model.schema.SchemaChange;
import dev.epoch.model.schema.SchemaDiff;
import dev.epoch.model.schema.SchemaHash;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.StateReader;
import dev.epoch.storage.state.TableState;
import java.util.List;
import java.util.Objects;
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
   * @param handle with the schema that the table has afterwards
   * @param before its entry in the first parent, null if it is new there
   * @param former the schema of {@code before}, or of the registration
   * @param from where its rows were
   * @param to where they are
   * @param known what changed between these, null if it has to be read
   * @param kept where rows that nobody wrote may have values of columns that the table gets; they
   *     are told as changes
   * @return empty if neither a row nor the schema changed and the table was there before
   */
  Optional<TableEntry> entry(
      StateReader reader,
      TableHandle handle,
      RegisteredTable table,
      TableEntry before,
      TableSchema former,
      RowsLocation from,
      RowsLocation to,
      List<RowChange> known,
      ReturnedColumns.Kept kept) {
    ContentSum sum =
        ContentSum.fromBase64(before == null ? table.baselineSum() : before.contentSum());
    TableSchema schema = handle.schema();
    boolean sameSchema = schema.equals(former);
    RowHasher hasher = new RowHasher(schema);
    long inserted = 0;
    long updated = 0;
    long stored = 0;
    long deleted = 0;
    Digest changeSet = null;
    // rows whose values the type alone changed did not change; the change set has what is stored
    RetypedRows retyped =
        before == null || sameSchema
            ? RetypedRows.none(schema, 2)
            : RetypedRows.between(former, schema);
    boolean returning = kept != ReturnedColumns.Kept.NOWHERE && !sameSchema;
    if (returning || !from.equals(to)) {
      ChunkBuffer buffer = new ChunkBuffer(chunks);
      ChangeSetWriter writer = new ChangeSetWriter(schema, buffer::put);
      try (RowStream<RowChange> changes =
          returning
              ? new ReturnedValues(
                  read(reader, handle, from, to),
                  () ->
                      kept == ReturnedColumns.Kept.LAYERS
                          ? layered(reader, handle, to)
                          : rows(reader, handle, to),
                  schema,
                  former)
              : known == null || !retyped.isEmpty()
                  ? read(reader, handle.with(retyped.reading()), from, to)
                  : RowStream.of(known)) {
        while (changes.hasNext()) {
          RowChange read = changes.next();
          RowChange change =
              new RowChange(
                  read.key(), retyped.asItIs(read.before()), retyped.asItIs(read.after()));
          sum.apply(hasher, change);
          writer.add(change);
          switch (change.kind()) {
            case INSERT -> inserted++;
            case UPDATE -> {
              stored++;
              updated +=
                  retyped.isEmpty()
                          || !retyped.same(
                              retyped.of(0, read.before()), retyped.of(1, read.after()))
                      ? 1
                      : 0;
            }
            case DELETE -> deleted++;
          }
        }
      }
      if (inserted + stored + deleted > 0) {
        changeSet = writer.finish().root();
        buffer.flush();
      }
    }
    if (before != null && changeSet == null && sameSchema) {
      return Optional.empty();
    }
    long rows = (before == null ? table.baselineRows() : before.rowCount()) + inserted - deleted;
    if (kept == ReturnedColumns.Kept.ANYWHERE && returning
        || !sameSchema && changesHashes(former, schema)) {
      sum = read(reader, handle, to);
    }
    return Optional.of(
        new TableEntry(
            table.id(),
            table.name(),
            sameSchema
                ? before == null ? table.schemaHash() : before.schemaHash()
                : SchemaHash.of(schema),
            sum.hash(),
            sum.toBase64(),
            rows,
            to,
            changeSet,
            before == null ? rows : inserted,
            before == null ? 0 : updated,
            before == null ? 0 : deleted));
  }

  /**
   * Whether rows that nobody changed hash otherwise under the new schema. The price is that all are
   * read; added columns that had one value in all rows, renames and constraints do not ask it.
   */
  private static boolean changesHashes(TableSchema former, TableSchema schema) {
    return SchemaDiff.between(former, schema).changes().stream()
        .anyMatch(change ->
            switch (change) {
              case SchemaChange.ColumnRemoved(Column column) -> !column.generated();
              case SchemaChange.ColumnAdded(Column column) ->
                  column.wasFilled() && !column.generated();
              case SchemaChange.ColumnModified modified ->
                  modified.retyped()
                      || modified.before().generated() != modified.after().generated()
                      || !Objects.equals(
                          modified.before().initialDefault(), modified.after().initialDefault());
              case SchemaChange.PrimaryKeyChanged _,
                  SchemaChange.ConstraintAdded _,
                  SchemaChange.ConstraintRemoved _,
                  SchemaChange.ConstraintModified _,
                  SchemaChange.IndexAdded _,
                  SchemaChange.IndexRemoved _,
                  SchemaChange.IndexModified _,
                  SchemaChange.ColumnsReordered _ ->
                  false;
            });
  }

  /** The sum of all rows. */
  private static ContentSum read(StateReader reader, TableHandle handle, RowsLocation at) {
    try (RowStream<Row> rows = rows(reader, handle, at)) {
      return TableContent.of(handle.schema(), rows).sum();
    }
  }

  private static RowStream<Row> rows(StateReader reader, TableHandle handle, RowsLocation at) {
    return reader.rows(handle, new TableState.Committed(at), RowQuery.all());
  }

  /** The rows that a branch has otherwise than the live table at its anchor. */
  private static RowStream<Row> layered(StateReader reader, TableHandle handle, RowsLocation at) {
    RowStream<RowChange> changes = read(reader, handle, RowsLocation.live(at.anchor()), at);
    return new LookaheadStream<>() {
      @Override
      protected Row seek() {
        while (changes.hasNext()) {
          Row row = changes.next().after();
          if (row != null) {
            return row;
          }
        }
        return null;
      }

      @Override
      public void close() {
        changes.close();
      }
    };
  }

  private static RowStream<RowChange> read(
      StateReader reader, TableHandle handle, RowsLocation from, RowsLocation to) {
    return reader.changes(
        handle, new TableState.Committed(from), new TableState.Committed(to), ChangeQuery.all());
  }
}

package dev.epoch.model.changes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.events.Digest;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import java.util.Iterator;
import java.util.function.BiConsumer;

/**
 * Writes changes of one table as chunks of at most 1 MiB, in the order they come. A chunk is lines
 * of JSON (NDJSON), the first of which says what the others hold:
 *
 * <pre>
 *   {"format":"epoch-changes","version":1,"columns":[["c1","id"],["c2","name"]],"key":["id"]}
 *   [["1"],null,["1","Ada"]]               inserted:  key, before, after; texts in column order
 *   [["2"],["2","Bob"],["2",null]]         updated
 *   [["3"],["3","Eve"],null]               deleted
 * </pre>
 *
 * {@link ChunkTreeWriter} draws how the chunks hang together. Memory: one chunk, however many
 * changes.
 */
public final class ChangeSetWriter {
  static final String FORMAT = "epoch-changes";

  private final TableSchema schema;
  private final ObjectNode heading;
  private final ChunkTreeWriter chunks;
  private final JsonLine line = new JsonLine();
  private long inserted;
  private long updated;
  private long deleted;

  /**
   * @param schema of the rows
   * @param sink stores a chunk under its name; it may get the same one twice
   */
  public ChangeSetWriter(TableSchema schema, BiConsumer<Digest, byte[]> sink) {
    this(schema, sink, ChunkTreeWriter.MAX_CHUNK_BYTES);
  }

  ChangeSetWriter(TableSchema schema, BiConsumer<Digest, byte[]> sink, int maxBytes) {
    this.schema = schema;
    heading = ChunkTreeWriter.JSON.createObjectNode();
    ArrayNode columns = heading.putArray("columns");
    schema.columns().forEach(column -> columns.addArray().add(column.id()).add(column.name()));
    ArrayNode key = heading.putArray("key");
    schema.primaryKey().forEach(key::add);
    chunks = new ChunkTreeWriter(FORMAT, heading, maxBytes, sink);
  }

  /** Writes all changes. Does not close their stream. */
  public static ChangeSet write(
      TableSchema schema, Iterator<RowChange> changes, BiConsumer<Digest, byte[]> sink) {
    ChangeSetWriter writer = new ChangeSetWriter(schema, sink);
    changes.forEachRemaining(writer::add);
    return writer.finish();
  }

  public void add(RowChange change) {
    line.begin().open();
    line.texts(change.key().values());
    row(change.before());
    row(change.after());
    line.close().end();
    chunks.line(line.bytes(), line.length());
    switch (change.kind()) {
      case INSERT -> inserted++;
      case UPDATE -> updated++;
      case DELETE -> deleted++;
    }
  }

  private void row(Row row) {
    if (row == null) {
      line.nothing();
      return;
    }
    if (row.size() != schema.columns().size()) {
      throw new IllegalArgumentException(
          "a row of " + row.size() + " values in a table of " + schema.columns().size());
    }
    line.open();
    for (int i = 0; i < row.size(); i++) {
      line.text(row.get(i));
    }
    line.close();
  }

  /** Writes what is left and the root. Call once, after the last change. */
  public ChangeSet finish() {
    ObjectNode root = heading.deepCopy();
    root.put("inserted", inserted).put("updated", updated).put("deleted", deleted);
    return new ChangeSet(
        chunks.finish(root),
        ChangeSet.ColumnName.of(schema),
        schema.primaryKey(),
        inserted,
        updated,
        deleted);
  }
}

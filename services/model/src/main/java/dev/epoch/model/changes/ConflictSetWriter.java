package dev.epoch.model.changes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.events.Digest;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.RowConflict;
import java.util.function.BiConsumer;

/**
 * Writes conflicts of a merge, of any tables, as chunks of at most 1 MiB, in the order they come:
 *
 * <pre>
 *   {"format":"epoch-conflicts","version":1,
 *    "line":["table_id","table","key","type","fields","constraint"],
 *    "field":["name","path","base","ours","theirs"]}
 *   ["t1","users",["42"],"modify_modify",[["email","","a@x","b@x","c@x"]],null]
 * </pre>
 *
 * {@link ChunkTreeWriter} draws how the chunks hang together.
 */
public final class ConflictSetWriter {
  static final String FORMAT = "epoch-conflicts";

  private final ChunkTreeWriter chunks;
  private final JsonLine line = new JsonLine();

  /**
   * @param sink stores a chunk under its name; it may get the same one twice
   */
  public ConflictSetWriter(BiConsumer<Digest, byte[]> sink) {
    this(sink, ChunkTreeWriter.MAX_CHUNK_BYTES);
  }

  ConflictSetWriter(BiConsumer<Digest, byte[]> sink, int maxBytes) {
    ObjectNode heading = ChunkTreeWriter.JSON.createObjectNode();
    heading
        .putArray("line")
        .add("table_id")
        .add("table")
        .add("key")
        .add("type")
        .add("fields")
        .add("constraint");
    heading.putArray("field").add("name").add("path").add("base").add("ours").add("theirs");
    chunks = new ChunkTreeWriter(FORMAT, heading, maxBytes, sink);
  }

  public void add(RowConflict conflict) {
    line.begin().open().text(conflict.tableId()).text(conflict.tableName());
    line.texts(conflict.key().values()).text(conflict.type().wireName());
    line.open();
    for (FieldConflict field : conflict.fields()) {
      line.open().text(field.name()).text(field.path());
      line.text(field.base()).text(field.ours()).text(field.theirs()).close();
    }
    line.close().text(conflict.constraint()).close().end();
    chunks.line(line.bytes(), line.length());
  }

  /** Conflicts written so far. */
  public long count() {
    return chunks.items();
  }

  /** Writes what is left and the root, and names it. Call once, after the last conflict. */
  public Digest finish() {
    return chunks.finish(ChunkTreeWriter.JSON.createObjectNode());
  }
}

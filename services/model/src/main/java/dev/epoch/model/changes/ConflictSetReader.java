package dev.epoch.model.changes;

import dev.epoch.events.Digest;
import dev.epoch.model.merge.ConflictType;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Reads what {@link ConflictSetWriter} wrote. */
public final class ConflictSetReader {
  private final ChunkTreeReader chunks;

  /**
   * Reads the root.
   *
   * @param source gives the bytes of a chunk by its name, or null
   * @throws MalformedChunkException if it is not there or no conflict set
   */
  public ConflictSetReader(Digest root, Function<Digest, byte[]> source) {
    chunks = new ChunkTreeReader(root, ConflictSetWriter.FORMAT, source);
  }

  public long count() {
    return chunks.heading().path("items").asLong();
  }

  /**
   * The conflicts in the order they were written; may be asked for more than once. Reading throws
   * {@link MalformedChunkException} where a chunk is missing or wrong.
   */
  public RowStream<RowConflict> conflicts() {
    return chunks.lines(ConflictSetReader::conflict);
  }

  private static RowConflict conflict(LineParser line) {
    line.open();
    String tableId = line.text();
    line.separator();
    String table = line.text();
    line.separator();
    RowKey key = RowKey.of(line.texts(1));
    line.separator();
    ConflictType type = ConflictType.of(line.text());
    line.separator();
    List<FieldConflict> fields = fields(line);
    line.separator();
    String constraint = line.textOrNull();
    line.close();
    return new RowConflict(tableId, table, key, type, fields, constraint);
  }

  private static List<FieldConflict> fields(LineParser line) {
    List<FieldConflict> fields = new ArrayList<>();
    line.open();
    while (line.another(fields.isEmpty())) {
      line.open();
      String name = line.text();
      line.separator();
      String path = line.text();
      line.separator();
      String base = line.textOrNull();
      line.separator();
      String ours = line.textOrNull();
      line.separator();
      String theirs = line.textOrNull();
      line.close();
      fields.add(new FieldConflict(name, path, base, ours, theirs));
    }
    return fields;
  }
}

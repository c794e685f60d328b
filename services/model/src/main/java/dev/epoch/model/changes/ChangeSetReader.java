package dev.epoch.model.changes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.events.Digest;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Reads what {@link ChangeSetWriter} wrote. */
public final class ChangeSetReader {
  private final ChunkTreeReader chunks;
  private final ChangeSet changeSet;

  /**
   * Reads the root.
   *
   * @param source gives the bytes of a chunk by its name, or null
   * @throws MalformedChunkException if it is not there or no change set
   */
  public ChangeSetReader(Digest root, Function<Digest, byte[]> source) {
    chunks = new ChunkTreeReader(root, ChangeSetWriter.FORMAT, source);
    ObjectNode heading = chunks.heading();
    List<ChangeSet.ColumnName> columns = new ArrayList<>();
    for (JsonNode column : heading.path("columns")) {
      columns.add(new ChangeSet.ColumnName(column.path(0).asText(), column.path(1).asText()));
    }
    List<String> key = new ArrayList<>();
    heading.path("key").forEach(name -> key.add(name.asText()));
    changeSet =
        new ChangeSet(
            root,
            columns,
            key,
            heading.path("inserted").asLong(),
            heading.path("updated").asLong(),
            heading.path("deleted").asLong());
  }

  public ChangeSet changeSet() {
    return changeSet;
  }

  /**
   * The changes in the order they were written; may be asked for more than once. Reading throws
   * {@link MalformedChunkException} where a chunk is missing or wrong.
   */
  public RowStream<RowChange> changes() {
    return chunks.lines(this::change);
  }

  private RowChange change(LineParser line) {
    line.open();
    RowKey key = RowKey.of(line.texts(changeSet.primaryKey().size()));
    line.separator();
    Row before = row(line);
    line.separator();
    Row after = row(line);
    line.close();
    return new RowChange(key, before, after);
  }

  private Row row(LineParser line) {
    int width = changeSet.columns().size();
    String[] values = line.textsOrNull(width);
    if (values != null && values.length != width) {
      throw new IllegalArgumentException("a row of " + values.length + " values, not " + width);
    }
    return values == null ? null : Row.of(values);
  }
}

package dev.epoch.gateway.rebuild;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.log.ChunkStore;
import dev.epoch.model.changes.ChangeSet;
import dev.epoch.model.changes.ChangeSetReader;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Differences between entries of a table from the log's change sets alone, without a look at any
 * database.
 *
 * <pre>
 *   from  --inverse of its change sets-->  an entry that both come from  --change sets-->  to
 * </pre>
 */
public final class LoggedChanges {
  private final ChunkStore chunks;
  private final TableSchema schema;

  /**
   * @param schema whose columns the rows have: those that they did not have are as they began
   */
  LoggedChanges(ChunkStore chunks, TableSchema schema) {
    this.chunks = chunks;
    this.schema = schema;
  }

  /**
   * A schema with all columns that a table ever had in the log: those that it has now, then those
   * that went, under names of their own.
   */
  static TableSchema everyColumn(RepositoryState state, String tableId, TableSchema now) {
    Map<String, Column> byId = new LinkedHashMap<>();
    now.columns().forEach(column -> byId.put(column.id(), column));
    Set<String> hashes = new LinkedHashSet<>();
    for (CommitState commit : state.commits().byId().values()) {
      commit.changed().stream()
          .filter(entry -> entry.tableId().equals(tableId))
          .forEach(entry -> hashes.add(entry.schemaHash().hex()));
    }
    List<TableSchema> former = new ArrayList<>();
    former.add(state.tables().byId().get(tableId).schema());
    hashes.forEach(hash -> former.add(state.tables().schemas().get(hash)));
    former.forEach(schema ->
        schema
            .columns()
            .forEach(
                column -> byId.putIfAbsent(column.id(), column.named(column.id() + " (dropped)"))));
    return byId.size() == now.columns().size()
        ? now
        : new TableSchema(
            List.copyOf(byId.values()), now.primaryKey(), now.constraints(), now.indexes());
  }

  private RowStream<RowChange> read(Digest root) {
    ChangeSetReader reader =
        new ChangeSetReader(root, digest -> chunks.get(digest).await().indefinitely());
    List<String> ids = reader.changeSet().columns().stream().map(ChangeSet.ColumnName::id).toList();
    List<String> wanted = schema.columns().stream().map(Column::id).toList();
    return ids.equals(wanted) ? reader.changes() : new Widened(reader.changes(), ids);
  }

  /** Rows with the columns of the schema. */
  private final class Widened implements RowStream<RowChange> {
    private final RowStream<RowChange> changes;
    private final int[] places;

    Widened(RowStream<RowChange> changes, List<String> ids) {
      this.changes = changes;
      this.places =
          schema.columns().stream().mapToInt(column -> ids.indexOf(column.id())).toArray();
    }

    private Row widened(Row row) {
      if (row == null) {
        return null;
      }
      String[] values = new String[places.length];
      for (int i = 0; i < places.length; i++) {
        values[i] = places[i] < 0 ? schema.columns().get(i).initialDefault() : row.get(places[i]);
      }
      return Row.of(values);
    }

    @Override
    public boolean hasNext() {
      return changes.hasNext();
    }

    @Override
    public RowChange next() {
      RowChange change = changes.next();
      return new RowChange(change.key(), widened(change.before()), widened(change.after()));
    }

    @Override
    public void close() {
      changes.close();
    }
  }

  /** What differs between two entries; in memory, unless one change set says it. */
  RowStream<RowChange> along(LoggedEntries.Path path) {
    List<Digest> back = changeSets(path.back());
    List<Digest> forth = changeSets(path.forth());
    if (back.isEmpty() && forth.size() == 1) {
      return read(forth.getFirst());
    }
    Map<RowKey, RowChange> net = new LinkedHashMap<>();
    back.forEach(root -> fold(net, read(root), true));
    forth.forEach(root -> fold(net, read(root), false));
    net.values().removeIf(change -> Objects.equals(change.before(), change.after()));
    return RowStream.of(net.values());
  }

  private static List<Digest> changeSets(List<TableEntry> entries) {
    return entries.stream().map(TableEntry::changeSet).filter(Objects::nonNull).toList();
  }

  private static void fold(
      Map<RowKey, RowChange> net, RowStream<RowChange> changes, boolean inverse) {
    try (changes) {
      while (changes.hasNext()) {
        RowChange read = changes.next();
        RowChange change = inverse ? read.inverse() : read;
        RowChange former = net.get(change.key());
        if (former == null) {
          net.put(change.key(), change);
        } else if (former.before() == null && change.after() == null) {
          net.remove(change.key());
        } else {
          net.put(change.key(), new RowChange(change.key(), former.before(), change.after()));
        }
      }
    }
  }
}

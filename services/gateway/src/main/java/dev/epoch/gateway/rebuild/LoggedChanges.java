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
 * Differences between commits from the log's change sets alone, without a look at any database.
 *
 * <pre>
 *   from  --inverse of its change sets-->  a commit on both first-parent lines  --change sets-->  to
 * </pre>
 */
public final class LoggedChanges {
  private final RepositoryState state;
  private final ChunkStore chunks;
  private final TableSchema schema;

  /**
   * @param schema whose columns the rows have: those that they did not have are as they began
   */
  LoggedChanges(RepositoryState state, ChunkStore chunks, TableSchema schema) {
    this.state = state;
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

  /**
   * What a commit changed in a table against its first parent; against the baseline for a table
   * that is new in it.
   */
  RowStream<RowChange> of(CommitState commit, String tableId) {
    return commit.changed().stream()
        .filter(entry -> entry.tableId().equals(tableId) && entry.changeSet() != null)
        .findFirst()
        .map(TableEntry::changeSet)
        .map(this::read)
        .orElseGet(() -> RowStream.of(List.of()));
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

  /**
   * What differs between two commits, in memory.
   *
   * @param from null for the baseline of the table's registration
   */
  RowStream<RowChange> between(String from, String to, String tableId) {
    CommitState target = state.commits().byId().get(to);
    if (from == null || target.parents().getFirst().equals(from)) {
      return of(target, tableId);
    }
    Set<String> line = new LinkedHashSet<>(firstParents(from));
    List<CommitState> forward = new ArrayList<>();
    String meeting = to;
    while (!line.contains(meeting)) {
      CommitState commit = state.commits().byId().get(meeting);
      forward.addFirst(commit);
      meeting = commit.parents().getFirst();
    }
    Map<RowKey, RowChange> net = new LinkedHashMap<>();
    for (String id : line) {
      if (id.equals(meeting)) {
        break;
      }
      fold(net, of(state.commits().byId().get(id), tableId), true);
    }
    forward.forEach(commit -> fold(net, of(commit, tableId), false));
    net.values().removeIf(change -> Objects.equals(change.before(), change.after()));
    return RowStream.of(net.values());
  }

  private List<String> firstParents(String from) {
    List<String> line = new ArrayList<>();
    for (String id = from; id != null; ) {
      line.add(id);
      id = state.commits().firstParent(id);
    }
    return line;
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

package dev.epoch.gateway.record;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.read.DiffService;
import dev.epoch.gateway.read.ReadService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.state.ChangeQuery;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The difference of two commits, to be applied as uncommitted changes. */
public final class CommitChanges {
  private final DiffService diffs;
  private final ReadService reads;

  public CommitChanges(DiffService diffs, ReadService reads) {
    this.diffs = diffs;
    this.reads = reads;
  }

  /** What makes one commit of another that has the same tables; of updates the changed fields. */
  public List<GivenChange> between(RepositoryState state, CommitState from, CommitState to) {
    Snapshot before = Snapshot.of(state, from, from.id());
    Snapshot after = Snapshot.of(state, to, to.id());
    List<GivenChange> changes = new ArrayList<>();
    for (TableEntry entry : new TreeMap<>(to.tree()).values()) {
      TableEntry former = from.tree().get(entry.name());
      if (state.tables().byId().get(entry.tableId()).removed()
          || (former != null && former.contentHash().equals(entry.contentHash()))) {
        continue;
      }
      TableHandle table = after.table(entry.name()).handle();
      ValueCodec values = reads.values(state, table);
      try (RowStream<RowChange> rows =
          diffs.changes(before, after, entry.name(), ChangeQuery.all())) {
        while (rows.hasNext()) {
          changes.add(change(table, values, rows.next()));
        }
      }
    }
    return changes;
  }

  private static GivenChange change(TableHandle table, ValueCodec values, RowChange change) {
    boolean update = change.kind() == RowChange.Kind.UPDATE;
    Row other = update ? change.after() : null;
    Row row = change.after() == null ? change.before() : change.after();
    TableSchema schema = table.schema();
    Map<String, JsonNode> key = new LinkedHashMap<>();
    for (String name : schema.primaryKey()) {
      int i = schema.indexOf(name);
      key.put(name, values.toJson(schema.columns().get(i).type(), row.get(i)));
    }
    return new GivenChange(
        table.name(),
        change.kind(),
        key,
        change.before() == null ? null : image(schema, values, change.before(), other),
        change.after() == null
            ? null
            : image(schema, values, change.after(), update ? change.before() : null));
  }

  /** Where there is another row, only columns that differ from it. */
  private static Map<String, JsonNode> image(
      TableSchema schema, ValueCodec values, Row row, Row other) {
    Map<String, JsonNode> image = new LinkedHashMap<>();
    for (int i = 0; i < schema.columns().size(); i++) {
      if (other == null || !Objects.equals(row.get(i), other.get(i))) {
        image.put(
            schema.columns().get(i).name(),
            values.toJson(schema.columns().get(i).type(), row.get(i)));
      }
    }
    return image;
  }
}

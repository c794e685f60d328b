package dev.epoch.api.record;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.commit.Snapshots;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.rows.LostColumns;
import dev.epoch.api.rows.RecordJson;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.read.ReadService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.state.RowQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A table as committed, in memory: for what makes something else of it.
 *
 * @param schema of the table
 * @param records in key order
 * @param lost columns whose values are not known any more where they are null
 */
public record CommittedRecords(TableSchema schema, List<Keyed> records, List<String> lost) {

  /**
   * A record.
   *
   * @param key as paths have it: parts URL-encoded, joined by commas
   */
  public record Keyed(String key, ObjectNode record) {}

  public CommittedRecords {
    records = List.copyOf(records);
    lost = List.copyOf(lost);
  }

  /**
   * Reads a table.
   *
   * @param ref null for the actor's branch
   * @param most records; the first ones in key order, if there are more
   */
  public static CommittedRecords of(
      ApiRequest request, RepositoryState state, String table, String ref, int most) {
    Snapshot snapshot = Snapshots.at(request, state, ref, false);
    TableHandle handle = snapshot.table(table).handle();
    TableSchema schema = handle.schema();
    ReadService reads = request.server().reads();
    RecordJson json = new RecordJson(schema, reads.values(state, handle));
    RowQuery query = new RowQuery(null, Map.of(), OptionalLong.of(most), true);
    List<Keyed> records = new ArrayList<>();
    try (RowStream<Row> rows = reads.rows(snapshot, table, query)) {
      while (rows.hasNext()) {
        Row row = rows.next();
        records.add(new Keyed(json.keys().toPath(row.key(schema.keyIndexes())), json.record(row)));
      }
    }
    return new CommittedRecords(schema, records, LostColumns.of(reads, table, snapshot));
  }
}

package dev.epoch.storage.delta;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.error.NotVersionableException;
import io.delta.kernel.ScanBuilder;
import io.delta.kernel.Snapshot;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.expressions.Predicate;
import io.delta.kernel.types.StructType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A version of a Delta table, which never changes: its schema, and its rows as canonical texts. */
public final class DeltaVersion {
  /** Bytes of rows that are kept while they are sorted. */
  private static final long KEPT = 64L * 1024 * 1024;

  private final Engine engine;
  private final DeltaErrors errors;
  private final Snapshot snapshot;
  private final StructType type;
  private final List<Column> columns;

  DeltaVersion(Engine engine, DeltaErrors errors, Snapshot snapshot) {
    this.engine = engine;
    this.errors = errors;
    this.snapshot = snapshot;
    this.type = errors.checked(snapshot::getSchema);
    this.columns = type.fields().stream().map(DeltaTypes::column).toList();
  }

  /** Its number, from 0. */
  public long number() {
    return snapshot.getVersion();
  }

  /** When it was committed, as its log says. */
  public Instant committed() {
    return Instant.ofEpochMilli(errors.checked(() -> snapshot.getTimestamp(engine)));
  }

  /** Columns in the table's order. */
  public List<Column> columns() {
    return columns;
  }

  /** Names of the columns that its files are partitioned by. */
  public List<String> partitionColumns() {
    return List.copyOf(snapshot.getPartitionColumnNames());
  }

  /** Properties of the table, {@code delta.enableDeletionVectors}. */
  public Map<String, String> properties() {
    return Map.copyOf(snapshot.getTableProperties());
  }

  /**
   * The schema with a primary key, which Delta does not have.
   *
   * @param primaryKey names of columns
   * @throws NotVersionableException if there are no such columns
   */
  public TableSchema schema(List<String> primaryKey) {
    TableSchema schema = new TableSchema(columns, primaryKey, List.of(), List.of());
    for (String name : primaryKey) {
      if (schema.column(name).isEmpty()) {
        throw new NotVersionableException(
            "The table has no column %s, which its key was to have".formatted(name),
            "Columns are " + String.join(", ", type.fieldNames()));
      }
    }
    return schema;
  }

  /** All rows, in the order of the files; one batch of a file is in memory at a time. */
  public RowStream<Row> rows() {
    return scan(Optional.empty());
  }

  /**
   * All rows in the order of the primary key ({@link dev.epoch.storage.delta.sort.KeyOrder}). Reads
   * them all first, with some 64 MB in memory and what is more in temporary files.
   *
   * @throws NotVersionableException also later, if a row has no key, or the key of another
   */
  public RowStream<Row> rowsByKey(TableSchema schema) {
    return new KeyedRows(rows(), schema, KEPT);
  }

  /**
   * The row with a key. Reads the files whose statistics and partitions admit it.
   *
   * @throws NotVersionableException if several rows have it
   */
  public Optional<Row> row(TableSchema schema, RowKey key) {
    int[] places = schema.keyIndexes();
    Row found = null;
    try (RowStream<Row> rows = scan(KeyPredicate.of(type, schema.primaryKey(), key))) {
      while (rows.hasNext()) {
        Row row = rows.next();
        if (!has(row, places, key)) {
          continue;
        }
        if (found != null) {
          throw new NotVersionableException(
              "Several rows have the key (%s)".formatted(key),
              "Name columns as the key that tell all rows apart");
        }
        found = row;
      }
    }
    return Optional.ofNullable(found);
  }

  private static boolean has(Row row, int[] places, RowKey key) {
    for (int i = 0; i < places.length; i++) {
      if (!key.get(i).equals(row.get(places[i]))) {
        return false;
      }
    }
    return true;
  }

  private RowStream<Row> scan(Optional<Predicate> predicate) {
    return errors.checked(() -> {
      ScanBuilder builder = snapshot.getScanBuilder();
      return new DeltaRows(
          engine, errors, type, predicate.map(builder::withFilter).orElse(builder).build());
    });
  }
}

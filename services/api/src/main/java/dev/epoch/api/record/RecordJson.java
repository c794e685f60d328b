package dev.epoch.api.record;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.storage.ValueCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Records and changes of one table as JSON. */
public final class RecordJson {
  private final TableSchema schema;
  private final ValueCodec values;
  private final RecordKeys keys;

  public RecordJson(TableSchema schema, ValueCodec values) {
    this.schema = schema;
    this.values = values;
    this.keys = new RecordKeys(schema, values);
  }

  public RecordKeys keys() {
    return keys;
  }

  public TableSchema schema() {
    return schema;
  }

  /** Columns and their values, in the order of the table. Null for null. */
  public ObjectNode record(Row row) {
    if (row == null) {
      return null;
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    List<Column> columns = schema.columns();
    for (int i = 0; i < columns.size() && i < row.size(); i++) {
      json.set(columns.get(i).name(), values.toJson(columns.get(i).type(), row.get(i)));
    }
    return json;
  }

  /** {@code {type, key, before, after, fields}}; fields are the columns that differ. */
  public ObjectNode change(RowChange change) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("type", wireName(change.kind()));
    json.set("key", keys.toJson(change.key()));
    json.set("before", record(change.before()));
    json.set("after", record(change.after()));
    ArrayNode fields = json.putArray("fields");
    fields(change).forEach(fields::add);
    return json;
  }

  /** Names of the columns that differ; all of them where the record came or went. */
  public List<String> fields(RowChange change) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < schema.columns().size(); i++) {
      boolean same =
          change.before() != null
              && change.after() != null
              && Objects.equals(change.before().get(i), change.after().get(i));
      if (!same) {
        names.add(schema.columns().get(i).name());
      }
    }
    return names;
  }

  /** {@code insert}, {@code update} or {@code delete}. */
  public static String wireName(RowChange.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}

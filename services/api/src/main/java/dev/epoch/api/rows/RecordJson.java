package dev.epoch.api.rows;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.storage.ValueCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;

/** Records and changes of one table as JSON. */
public final class RecordJson {
  private final TableSchema schema;
  private final ValueCodec values;
  private final RecordKeys keys;
  private final List<Field> columns;
  private final List<Field> keyColumns;

  /** A column, with its name as it is written. */
  private record Field(SerializedString name, DataType type) {
    static Field of(Column column) {
      return new Field(new SerializedString(column.name()), column.type());
    }
  }

  public RecordJson(TableSchema schema, ValueCodec values) {
    this.schema = schema;
    this.values = values;
    this.keys = new RecordKeys(schema, values);
    this.columns = schema.columns().stream().map(Field::of).toList();
    this.keyColumns =
        schema.primaryKey().stream()
            .map(name -> Field.of(schema.column(name).orElseThrow()))
            .toList();
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

  /** Writes what {@link #change} gives, without a tree: for many changes. */
  public void write(RowChange change, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("type", wireName(change.kind()));
    out.writeFieldName("key");
    write(keyColumns, change.key()::get, out);
    out.writeFieldName("before");
    write(change.before(), out);
    out.writeFieldName("after");
    write(change.after(), out);
    out.writeArrayFieldStart("fields");
    for (int i = 0; i < columns.size(); i++) {
      if (!same(change, i)) {
        out.writeString(columns.get(i).name());
      }
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private void write(Row row, JsonGenerator out) throws IOException {
    if (row == null) {
      out.writeNull();
    } else {
      write(columns.subList(0, Math.min(columns.size(), row.size())), row::get, out);
    }
  }

  private void write(List<Field> fields, IntFunction<String> texts, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      out.writeFieldName(field.name());
      values.write(field.type(), texts.apply(i), out);
    }
    out.writeEndObject();
  }

  /** Names of the columns that differ; all of them where the record came or went. */
  public List<String> fields(RowChange change) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < schema.columns().size(); i++) {
      if (!same(change, i)) {
        names.add(schema.columns().get(i).name());
      }
    }
    return names;
  }

  private static boolean same(RowChange change, int column) {
    return change.before() != null
        && change.after() != null
        && Objects.equals(change.before().get(column), change.after().get(column));
  }

  /** {@code insert}, {@code update} or {@code delete}. */
  public static String wireName(RowChange.Kind kind) {
    return switch (kind) {
      case INSERT -> "insert";
      case UPDATE -> "update";
      case DELETE -> "delete";
    };
  }
}

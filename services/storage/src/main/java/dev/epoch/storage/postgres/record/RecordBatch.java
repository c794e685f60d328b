package dev.epoch.storage.postgres.record;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.error.BadValueException;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.record.RowWrite;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The records of a request, checked against the table's shape and sorted into groups that one
 * statement can write: those that give values to the same columns.
 */
final class RecordBatch {
  private static final Pattern LENGTH =
      Pattern.compile("(?:character(?: varying)?|bit varying)\\((\\d+)\\)");

  private final TableSchema schema;
  private final ValueCodec codec;
  private final String tableName;
  private final Map<Set<String>, Group> upserts = new LinkedHashMap<>();
  private final Group deletes;
  private final Map<List<String>, Integer> keys = new HashMap<>();

  /**
   * Records that give values to the same columns.
   *
   * @param keyColumns in key order
   * @param otherColumns in the table's order
   * @param indexes of the records in the request
   * @param values for each column, those of the key first: texts of all records
   */
  record Group(
      List<Column> keyColumns,
      List<Column> otherColumns,
      List<Integer> indexes,
      List<List<String>> values) {

    static Group of(List<Column> keyColumns, List<Column> otherColumns) {
      return new Group(
          keyColumns,
          otherColumns,
          new ArrayList<>(),
          IntStream.range(0, keyColumns.size() + otherColumns.size())
              .<List<String>>mapToObj(i -> new ArrayList<>())
              .toList());
    }

    int size() {
      return indexes.size();
    }

    List<Column> columns() {
      List<Column> columns = new ArrayList<>(keyColumns);
      columns.addAll(otherColumns);
      return columns;
    }

    /**
     * {@code given AS (...)}: the records as a relation with the table's columns; their indexes are
     * in {@code epoch_index}. Parameters are {@link #parameters}.
     */
    String relation() {
      List<Column> columns = columns();
      String casts =
          IntStream.range(0, columns.size())
              .mapToObj(i ->
                  "list.c"
                      + i
                      + "::"
                      + columns.get(i).type().name()
                      + " AS "
                      + Quote.identifier(columns.get(i).name()))
              .collect(Collectors.joining(", "));
      String arrays =
          IntStream.range(0, columns.size())
              .mapToObj(i -> "$" + (i + 2) + "::text[]")
              .collect(Collectors.joining(", "));
      String names =
          IntStream.range(0, columns.size())
              .mapToObj(i -> "c" + i)
              .collect(Collectors.joining(", "));
      return """
      given AS MATERIALIZED (
        SELECT list.epoch_index, %s
        FROM unnest($1::integer[], %s) AS list (epoch_index, %s)
      )
      """
          .formatted(casts, arrays, names);
    }

    /** Values of the parameters of {@link #relation}, and more behind them. */
    Object[] parameters(Object... more) {
      List<Object> parameters = new ArrayList<>();
      parameters.add(indexes.toArray(Integer[]::new));
      values.forEach(column -> parameters.add(column.toArray(String[]::new)));
      parameters.addAll(List.of(more));
      return parameters.toArray();
    }

    /** Number of parameters of {@link #relation}. */
    int parameterCount() {
      return 1 + values.size();
    }
  }

  private RecordBatch(TableHandle table, ValueCodec codec) {
    this.schema = table.schema();
    this.codec = codec;
    this.tableName = table.name();
    this.deletes = Group.of(keyColumns(), List.of());
  }

  /** Fails with {@link WriteRefusedException} for the first record that does not fit the table. */
  static RecordBatch of(TableHandle table, ValueCodec codec, List<RowWrite> writes) {
    RecordBatch records = new RecordBatch(table, codec);
    for (int index = 0; index < writes.size(); index++) {
      switch (writes.get(index)) {
        case RowWrite.Upsert upsert -> records.upsert(index, upsert.record());
        case RowWrite.Delete delete -> records.delete(index, delete.record());
      }
    }
    return records;
  }

  Collection<Group> upserts() {
    return upserts.values();
  }

  Group deletes() {
    return deletes;
  }

  /** The keys of all records. */
  Group allKeys() {
    Group all = Group.of(keyColumns(), List.of());
    List<Group> groups = new ArrayList<>(upserts.values());
    groups.add(deletes);
    groups.removeIf(group -> group.keyColumns().isEmpty());
    for (Group group : groups) {
      all.indexes().addAll(group.indexes());
      for (int i = 0; i < all.keyColumns().size(); i++) {
        all.values().get(i).addAll(group.values().get(i));
      }
    }
    return all;
  }

  static WriteRefusedException twice(int second) {
    return new WriteRefusedException(
        second, "The record has the same key as one before it", "Name each key once in a request");
  }

  private List<Column> keyColumns() {
    return schema.primaryKey().stream().map(name -> schema.column(name).orElseThrow()).toList();
  }

  private void delete(int index, Map<String, JsonNode> record) {
    requireKnown(index, record);
    requireKey(index, record);
    add(index, record, deletes);
  }

  private void upsert(int index, Map<String, JsonNode> given) {
    requireKnown(index, given);
    boolean isNew = schema.appendOnly() && isNull(given.get(TableSchema.ROW_ID));
    Map<String, JsonNode> record = isNew ? withoutId(index, given) : given;
    if (!isNew) {
      requireKey(index, record);
    }
    for (Column column : schema.columns()) {
      if (column.generated() && record.containsKey(column.name())) {
        throw new WriteRefusedException(
            index,
            "Column " + column.name() + " is computed by the database",
            "Leave it out of the record");
      }
    }
    Group group =
        upserts.computeIfAbsent(
            new HashSet<>(record.keySet()),
            columns -> Group.of(isNew ? List.of() : keyColumns(), others(columns)));
    add(index, record, group);
  }

  private static boolean isNull(JsonNode value) {
    return value == null || value.isNull();
  }

  /** A row to be added to an append-only table: it gets its id when it is there. */
  private static Map<String, JsonNode> withoutId(int index, Map<String, JsonNode> given) {
    Map<String, JsonNode> record = new LinkedHashMap<>(given);
    record.remove(TableSchema.ROW_ID);
    if (record.isEmpty()) {
      throw new WriteRefusedException(
          index, "The record gives no column a value", "Name one column at least, null if need be");
    }
    return record;
  }

  private List<Column> others(Set<String> given) {
    return schema.columns().stream()
        .filter(column -> given.contains(column.name()))
        .filter(column -> !schema.primaryKey().contains(column.name()))
        .toList();
  }

  private void requireKnown(int index, Map<String, JsonNode> record) {
    for (String name : record.keySet()) {
      if (schema.indexOf(name) < 0) {
        throw new WriteRefusedException(
            index,
            "Table " + tableName + " has no column " + name,
            "Its columns: "
                + schema.columns().stream().map(Column::name).collect(Collectors.joining(", ")));
      }
    }
  }

  private void requireKey(int index, Map<String, JsonNode> record) {
    for (String name : schema.primaryKey()) {
      JsonNode value = record.get(name);
      if (value == null || value.isNull()) {
        throw new WriteRefusedException(
            index,
            "Key column " + name + (value == null ? " is missing" : " is null"),
            "Give each record its whole primary key: " + String.join(", ", schema.primaryKey()));
      }
    }
  }

  private void add(int index, Map<String, JsonNode> record, Group group) {
    List<Column> columns = group.columns();
    List<String> texts = new ArrayList<>(columns.size());
    for (Column column : columns) {
      texts.add(text(index, column, record.get(column.name())));
    }
    int width = group.keyColumns().size();
    Integer first = width == 0 ? null : keys.putIfAbsent(texts.subList(0, width), index);
    if (first != null) {
      throw twice(index);
    }
    group.indexes().add(index);
    for (int i = 0; i < texts.size(); i++) {
      group.values().get(i).add(texts.get(i));
    }
  }

  private String text(int index, Column column, JsonNode value) {
    String text;
    try {
      text = codec.toText(column.type(), value);
    } catch (BadValueException e) {
      throw new WriteRefusedException(
          index, "Column " + column.name() + ": " + e.getMessage(), e.remedy());
    }
    if (text != null && isTooLong(column.type().base(), text)) {
      // a cast would cut it in silence
      throw new WriteRefusedException(
          index,
          "Column " + column.name() + ": the value is longer than " + column.type().name(),
          null);
    }
    return text;
  }

  private static boolean isTooLong(DataType type, String text) {
    Matcher length = LENGTH.matcher(type.name());
    return length.matches()
        && text.stripTrailing().codePointCount(0, text.stripTrailing().length())
            > Integer.parseInt(length.group(1));
  }
}

package dev.epoch.model;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.events.table.TableSchema;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Random shapes of tables, 1 to 12 columns of the supported types with keys of 1 to 3 of them, and
 * values that fit. What a value means is told by the table of values here, not by the code under
 * test.
 */
public final class RandomSchemas {
  private static final int MAX_COLUMNS = 12;
  private static final int MAX_KEY = 3;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  /** A type and its values: texts of one line mean the same. */
  private record Type(DataType type, String[][] values) {
    boolean fitsKeys() {
      return Arrays.stream(values).allMatch(spellings -> spellings.length == 1);
    }
  }

  private static final DataType NUMERIC = DataType.of(Kind.DECIMAL, "numeric");

  private static final Map<String, Type> TYPES =
      List.of(
              type(Kind.INTEGER, "bigint", "0", "1", "2", "-9223372036854775808"),
              type(Kind.TEXT, "text", "", "a", "A", "null", "ä", "\uD83D\uDC18 \"\\\n\t,"),
              type(Kind.UUID, "uuid", "00000000-0000-0000-0000-000000000001", "f".repeat(8)),
              type(Kind.DATE, "date", "2024-02-29", "infinity", "0044-03-15 BC"),
              type(Kind.BOOLEAN, "boolean", "true", "false"),
              type(Kind.BYTES, "bytea", "\\x", "\\x00", "\\x0000"),
              type(Kind.TIMESTAMP_WITH_ZONE, "timestamptz", "2024-01-01 00:00:00+00", "-infinity"),
              type(Kind.INTERVAL, "interval", "1 mon", "30 days", "720:00:00"),
              type(Kind.NETWORK, "inet", "10.0.0.1", "10.0.0.1/8"),
              type(Kind.BITS, "bit varying", "0", "00", ""),
              new Type(
                  new DataType(Kind.ENUM, "mood", null, List.of(), List.of("sad", "glad")),
                  new String[][] {{"sad"}, {"glad"}}),
              new Type(NUMERIC, new String[][] {{"0", "0.0"}, {"1", "1.0", "1.00"}, {"2"}}),
              new Type(
                  new DataType(Kind.DOMAIN, "price", NUMERIC, List.of(), List.of()),
                  new String[][] {{"9.50", "9.5"}, {"9.05"}, {"NaN"}}),
              new Type(
                  DataType.of(Kind.FLOAT, "double precision"),
                  new String[][] {{"-0", "0"}, {"1e+20", "100000000000000000000"}, {"NaN"}}),
              new Type(
                  DataType.of(Kind.TEXT, "character(4)"),
                  new String[][] {{"ab  ", "ab"}, {" ab "}, {"    ", ""}}),
              new Type(
                  new DataType(Kind.ARRAY, "numeric[]", NUMERIC, List.of(), List.of()),
                  new String[][] {{"{1,2}", "{1.0,2.00}"}, {"{12}"}, {"{}"}, {"{NULL}"}}),
              new Type(
                  new DataType(Kind.RANGE, "numrange", NUMERIC, List.of(), List.of()),
                  new String[][] {{"[1,2)", "[1.0,2.0)"}, {"(1,2)"}, {"empty"}}),
              type(Kind.JSON, "json", "{\"k\":1}", "{\"k\":2}", "{\"k\":1,\"z\":[1]}", "1", "[]"),
              new Type(
                  DataType.of(Kind.JSON_BINARY, "jsonb"),
                  new String[][] {
                    {"{}"},
                    {"[]"},
                    {"{\"a\": 1}", "{\"a\": 1.0}"},
                    {"{\"a\": 2}"},
                    {"{\"a\": null}"},
                    {"{\"a\": 1, \"b\": {\"x\": 1}}"},
                    {"{\"a\": 2, \"b\": {\"x\": 1}}"},
                    {"{\"a\": 1, \"b\": {\"x\": 2, \"y\": 1}}"},
                    {"{\"b\": {\"y\": 2}, \"c\": 1.0}"}
                  }))
          .stream()
          .collect(
              Collectors.toMap(type -> type.type.name(), type -> type, (a, b) -> a, TreeMap::new));

  private RandomSchemas() {}

  private static Type type(Kind kind, String name, String... values) {
    return new Type(
        DataType.of(kind, name),
        Arrays.stream(values).map(value -> new String[] {value}).toArray(String[][]::new));
  }

  public static TableSchema of(Random random) {
    List<Type> all = List.copyOf(TYPES.values());
    List<Type> forKeys = all.stream().filter(Type::fitsKeys).toList();
    int width = 1 + random.nextInt(MAX_COLUMNS);
    int keys = 1 + random.nextInt(Math.min(width, MAX_KEY));
    List<Column> columns = new ArrayList<>();
    List<String> key = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      boolean isKey = i < keys;
      Type type = isKey ? any(forKeys, random) : any(all, random);
      boolean generated = !isKey && random.nextInt(12) == 0;
      String name = "c" + i;
      columns.add(
          new Column(
              "id" + i,
              name,
              type.type,
              !isKey && random.nextInt(3) > 0,
              null,
              generated ? "expression" : null,
              null));
      if (isKey) {
        key.add(name);
      }
    }
    java.util.Collections.shuffle(columns, random);
    java.util.Collections.shuffle(key, random);
    return new TableSchema(columns, key, List.of(), List.of());
  }

  private static <T> T any(List<T> list, Random random) {
    return list.get(random.nextInt(list.size()));
  }

  /** A value of the column, now and then null where it may be. */
  public static String value(Column column, Random random) {
    if (column.nullable() && random.nextInt(4) == 0) {
      return null;
    }
    String[][] values = TYPES.get(column.type().name()).values;
    String[] spellings = values[random.nextInt(values.length)];
    return spellings[random.nextInt(spellings.length)];
  }

  /** Equal for two texts of the column exactly if they are to count as the same value. */
  public static Object meaning(Column column, String text) {
    if (text == null) {
      return "NULL";
    }
    if (column.type().kind() == Kind.JSON_BINARY) {
      return document(text);
    }
    for (String[] spellings : TYPES.get(column.type().name()).values) {
      if (Arrays.asList(spellings).contains(text)) {
        return List.of(spellings[0]);
      }
    }
    return List.of(text);
  }

  private static Object document(String text) {
    try {
      return plain(JSON.readTree(text));
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }

  private static Object plain(JsonNode node) {
    if (node.isObject()) {
      Map<String, Object> fields = new TreeMap<>();
      node.properties().forEach(field -> fields.put(field.getKey(), plain(field.getValue())));
      return fields;
    }
    if (node.isArray()) {
      List<Object> elements = new ArrayList<>();
      node.forEach(element -> elements.add(plain(element)));
      return elements;
    }
    if (node.isNumber()) {
      BigDecimal number = node.decimalValue();
      return number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    }
    return node.getNodeType() + ":" + node.asText();
  }
}

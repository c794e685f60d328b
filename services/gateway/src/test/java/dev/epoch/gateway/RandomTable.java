package dev.epoch.gateway;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A table of a random shape: a key of 1 to 3 columns, at most 12 columns in all, some nullable,
 * some with a default; a unique index, a check, a reference to a parent.
 *
 * @param columns those of the key first
 * @param key number of columns of the key
 * @param parent name of the table that {@code p0, p1 ...} refer to, or null
 * @param unique name of the column that is unique, or null
 * @param ordered whether there is a check {@code lo <= hi}
 * @param keys that rows may have, by number
 */
record RandomTable(
    String name,
    List<Column> columns,
    int key,
    String parent,
    String unique,
    boolean ordered,
    SortedMap<Integer, List<String>> keys) {
  private static final int MOST_OTHERS = 4;
  private static final int KEYS = 5;
  private static final long SCATTER = 0x9E3779B97F4A7C15L;

  /** Types, with texts as PostgreSQL casts them; those that can be keys first. */
  enum Type {
    INTEGER("integer", "1", "2", "3", "-2147483648"),
    BIGINT("bigint", "0", "9007199254740993", "7"),
    TEXT("text", "", "it's", "null", "\uD83D\uDC18 \"x\"\\"),
    UUID("uuid", "00000000-0000-0000-0000-000000000001", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    DATE("date", "2024-02-29", "infinity", "1999-12-31"),
    BYTEA("bytea", "\\x", "\\x00", "\\xdeadbeef"),
    BOOLEAN("boolean", "true", "false"),
    NUMERIC("numeric(12,2)", "0.00", "1.50", "-7.25"),
    DOUBLE("double precision", "0.1", "NaN", "1e+22"),
    VARCHAR("varchar(9)", "a", "A", "b c"),
    CHAR("char(3)", "ab", "c", ""),
    TIMESTAMP("timestamp", "2024-01-31 12:34:56.789", "infinity"),
    INTEGERS("integer[]", "{}", "{1,NULL,3}", "{1,2}"),
    INET("inet", "10.0.0.0/8", "192.168.0.0/16"),
    RANGE("int4range", "[1,10)", "empty"),
    JSONB("jsonb", "{}", "[1, 2]", "\"x\"");

    final String sql;
    final List<String> values;

    Type(String sql, String... values) {
      this.sql = sql;
      this.values = List.of(values);
    }
  }

  /**
   * A column.
   *
   * @param preset value of a row that does not give one, null for none
   * @param values that it may have beside null
   * @param group columns of one group take values of the same number: a reference is one of the
   *     parent's keys
   */
  record Column(
      String name, Type type, boolean nullable, String preset, List<String> values, String group) {
    String quoted() {
      return '"' + name.replace("\"", "\"\"") + '"';
    }

    String literal(String text) {
      return text == null ? "NULL" : "'" + text.replace("'", "''") + "'::" + type.sql;
    }

    /** Of the column alone, so that leaving another one out changes nothing here. */
    Random random(long seed) {
      return new Random(seed ^ name.hashCode() * SCATTER);
    }

    String value(long seed) {
      if (nullable && random(seed).nextInt(5) == 0) {
        return null;
      }
      return values.get(new Random(seed ^ ~group.hashCode() * SCATTER).nextInt(values.size()));
    }

    String definition() {
      return quoted()
          + " "
          + type.sql
          + (nullable ? "" : " NOT NULL")
          + (preset == null ? "" : " DEFAULT " + literal(preset));
    }
  }

  /** A table; the parent, if there is one, is what it may refer to. */
  static RandomTable of(String name, RandomTable parent, Random random) {
    List<Column> columns = new ArrayList<>();
    int key = 1 + random.nextInt(3);
    for (int i = 0; i < key; i++) {
      Type type = Type.values()[random.nextInt(Type.BYTEA.ordinal())];
      String called = i == 1 ? "Key " + i : "k" + i;
      columns.add(new Column(called, type, false, null, type.values, called));
    }
    boolean nullable = random.nextInt(3) > 0;
    for (int i = 0; parent != null && i < parent.key; i++) {
      int at = i;
      List<String> values = parent.keys.values().stream().map(found -> found.get(at)).toList();
      columns.add(
          new Column("p" + i, parent.columns.get(i).type, nullable, null, values, "parent"));
    }
    boolean ordered = random.nextBoolean();
    for (String bound : ordered ? List.of("lo", "hi") : List.<String>of()) {
      columns.add(new Column(bound, Type.INTEGER, true, null, Type.INTEGER.values, bound));
    }
    String unique = null;
    boolean wanted = random.nextInt(3) > 0;
    for (int i = random.nextInt(MOST_OTHERS + 1); i > 0; i--) {
      Type type = Type.values()[random.nextInt(Type.values().length)];
      boolean maybe = random.nextInt(3) > 0;
      String called = i % 2 == 0 ? "c" + i : "Col \"" + i + "\"";
      String preset = random.nextInt(3) == 0 ? type.values.getFirst() : null;
      columns.add(new Column(called, type, maybe, preset, type.values, called));
      if (wanted && type.ordinal() < Type.RANGE.ordinal() && type != Type.BOOLEAN) {
        unique = called;
      }
    }
    Set<List<String>> keys = new LinkedHashSet<>();
    for (int i = 0; i < KEYS; i++) {
      long seed = random.nextLong();
      keys.add(columns.subList(0, key).stream().map(column -> column.value(seed)).toList());
    }
    SortedMap<Integer, List<String>> numbered = new TreeMap<>();
    keys.forEach(each -> numbered.put(numbered.size(), each));
    String refersTo = parent != null && random.nextInt(4) > 0 ? parent.name : null;
    return new RandomTable(name, List.copyOf(columns), key, refersTo, unique, ordered, numbered);
  }

  int at(String column) {
    return IntStream.range(0, columns.size())
        .filter(i -> columns.get(i).name.equals(column))
        .findFirst()
        .orElseThrow();
  }

  List<Column> references() {
    return columns.stream().filter(column -> column.group.equals("parent")).toList();
  }

  List<String> keyOf(List<String> row) {
    return row.subList(0, key);
  }

  List<String> statements() {
    List<String> parts = new ArrayList<>();
    columns.forEach(column -> parts.add(column.definition()));
    parts.add("PRIMARY KEY (" + names(columns.subList(0, key)) + ")");
    if (parent != null) {
      parts.add(
          "CONSTRAINT %s_refers FOREIGN KEY (%s) REFERENCES %s"
              .formatted(name, names(references()), parent));
    }
    if (ordered) {
      parts.add("CONSTRAINT " + name + "_ordered CHECK (lo <= hi)");
    }
    List<String> statements = new ArrayList<>();
    statements.add("CREATE TABLE " + name + " (" + String.join(", ", parts) + ")");
    if (unique != null) {
      statements.add(
          "CREATE UNIQUE INDEX %s_unique ON %s (%s)"
              .formatted(name, name, columns.get(at(unique)).quoted()));
    }
    return statements;
  }

  String insert(List<String> row, List<Column> given) {
    String values =
        given.stream()
            .map(column -> column.literal(row.get(at(column.name))))
            .collect(Collectors.joining(", "));
    return "INSERT INTO " + name + " (" + names(given) + ") VALUES (" + values + ")";
  }

  /** Sets the columns in which two rows differ. */
  String update(List<String> from, List<String> to) {
    String changes =
        IntStream.range(0, columns.size())
            .filter(i -> !java.util.Objects.equals(from.get(i), to.get(i)))
            .mapToObj(i -> columns.get(i).quoted() + " = " + columns.get(i).literal(to.get(i)))
            .collect(Collectors.joining(", "));
    return "UPDATE " + name + " SET " + changes + where(from);
  }

  String delete(List<String> row) {
    return "DELETE FROM " + name + where(row);
  }

  private String where(List<String> row) {
    return IntStream.range(0, key)
        .mapToObj(i -> columns.get(i).quoted() + " = " + columns.get(i).literal(row.get(i)))
        .collect(Collectors.joining(" AND ", " WHERE ", ""));
  }

  /** All rows, values as PostgreSQL casts them to text. */
  String select() {
    return columns.stream()
        .map(column -> column.quoted() + "::text")
        .collect(Collectors.joining(", ", "SELECT ", " FROM " + name));
  }

  private static String names(List<Column> columns) {
    return columns.stream().map(Column::quoted).collect(Collectors.joining(", "));
  }

  /** The table with one thing less, if that makes sense: a constraint, a column, a key. */
  List<RandomTable> smaller() {
    List<RandomTable> smaller = new ArrayList<>();
    if (parent != null) {
      smaller.add(new RandomTable(name, columns, key, null, unique, ordered, keys));
    }
    if (unique != null) {
      smaller.add(new RandomTable(name, columns, key, parent, null, ordered, keys));
    }
    if (ordered) {
      smaller.add(new RandomTable(name, columns, key, parent, unique, false, keys));
    }
    for (Column column : columns.subList(key, columns.size())) {
      boolean needed =
          column.name.equals(unique)
              || parent != null && column.group.equals("parent")
              || ordered && List.of("lo", "hi").contains(column.name);
      if (!needed) {
        List<Column> fewer = new ArrayList<>(columns);
        fewer.remove(column);
        smaller.add(new RandomTable(name, fewer, key, parent, unique, ordered, keys));
      }
    }
    for (Integer number : keys.keySet()) {
      SortedMap<Integer, List<String>> fewer = new TreeMap<>(keys);
      fewer.remove(number);
      smaller.add(new RandomTable(name, columns, key, parent, unique, ordered, fewer));
    }
    return smaller;
  }
}

package dev.epoch.gateway;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Two tables of a random shape, {@code child} referring to {@code parent}: keys of 1 to 3 columns, at
 * most 12 columns in all, some nullable, some with a default, a unique index, a check. What a state
 * of them may be is said here a second time, beside PostgreSQL.
 */
record RandomDatabase(List<Table> tables) {
  private static final int MOST_OTHERS = 4;

  /** Types, with texts as PostgreSQL prints them; those that can be keys first. */
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
    CHAR("char(3)", "ab ", "c  ", "   "),
    TIMESTAMP("timestamp", "2024-01-31 12:34:56.789", "infinity"),
    INTEGERS("integer[]", "{}", "{1,NULL,3}", "{1,2}"),
    INET("inet", "10.0.0.0/8", "192.168.0.1"),
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
   * @param value of a row that does not give one, null for none
   */
  record Column(String name, Type type, boolean nullable, String value) {
    String quoted() {
      return '"' + name + '"';
    }

    String literal(String text) {
      return text == null ? "NULL" : "'" + text.replace("'", "''") + "'::" + type.sql;
    }

    String definition() {
      return quoted()
          + " "
          + type.sql
          + (nullable ? "" : " NOT NULL")
          + (value == null ? "" : " DEFAULT " + literal(value));
    }
  }

  /**
   * A table.
   *
   * @param key number of columns of the key, the first ones
   * @param parent columns that refer to the other table's key, or none
   * @param unique the column that is unique, or null
   * @param ordered whether there are columns {@code lo} and {@code hi} with {@code lo <= hi}
   */
  record Table(
      String name, List<Column> columns, int key, List<Column> parent, Column unique, boolean ordered) {
    int at(Column column) {
      return columns.indexOf(column);
    }

    List<String> keyOf(List<String> row) {
      return row.subList(0, key);
    }

    String list() {
      return columns.stream().map(Column::quoted).collect(Collectors.joining(", "));
    }

    String texts() {
      return columns.stream()
          .map(column ->
              column.type == Type.CHAR
                  ? "rpad(" + column.quoted() + ", 3)"
                  : column.quoted() + "::text")
          .collect(Collectors.joining(", "));
    }

    String where(List<String> keyValues) {
      List<String> parts = new ArrayList<>();
      for (int i = 0; i < key; i++) {
        parts.add(columns.get(i).quoted() + " = " + columns.get(i).literal(keyValues.get(i)));
      }
      return " WHERE " + String.join(" AND ", parts);
    }
  }

  /** Rows by key, by table. */
  static final class State extends TreeMap<String, SortedMap<List<String>, List<String>>> {
    static State empty(RandomDatabase database) {
      State state = new State();
      database.tables.forEach(table -> state.put(table.name, rows()));
      return state;
    }

    State copy() {
      State copy = new State();
      forEach((table, rows) -> {
        SortedMap<List<String>, List<String>> copied = rows();
        copied.putAll(rows);
        copy.put(table, copied);
      });
      return copy;
    }

    static SortedMap<List<String>, List<String>> rows() {
      return new TreeMap<>(Comparator.comparing(List::toString));
    }
  }

  /**
   * A shape.
   *
   * @param others most columns of a table beside keys and references: a bound to make it smaller by
   * @param constraints whether there are unique indexes, checks and foreign keys
   */
  static RandomDatabase of(long seed, int others, boolean constraints) {
    Table parent = table("parent", new Random(seed), others, null, constraints);
    Table child = table("child", new Random(seed + 1), others, parent, constraints);
    return new RandomDatabase(List.of(parent, child));
  }

  static RandomDatabase of(long seed) {
    return of(seed, MOST_OTHERS, true);
  }

  private static Table table(
      String name, Random random, int others, Table parent, boolean constraints) {
    int key = 1 + random.nextInt(3);
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < key; i++) {
      Type type = Type.values()[random.nextInt(Type.BYTEA.ordinal())];
      columns.add(new Column(i == 1 ? "Key " + i : "k" + i, type, false, null));
    }
    List<Column> references = new ArrayList<>();
    boolean required = random.nextInt(3) == 0;
    for (int i = 0; parent != null && i < parent.key; i++) {
      references.add(new Column("p" + i, parent.columns.get(i).type, !required, null));
    }
    boolean ordered = random.nextBoolean();
    boolean unique = random.nextInt(3) > 0;
    boolean refers = random.nextInt(4) > 0;
    columns.addAll(references);
    if (ordered && constraints) {
      columns.add(new Column("lo", Type.INTEGER, true, null));
      columns.add(new Column("hi", Type.INTEGER, true, null));
    }
    Column uniqueColumn = null;
    int count = random.nextInt(MOST_OTHERS + 1);
    for (int i = 0; i < Math.min(count, others); i++) {
      Random own = new Random(random.nextLong());
      Type type = Type.values()[own.nextInt(Type.values().length)];
      boolean nullable = own.nextInt(3) > 0;
      String value = own.nextInt(3) == 0 ? type.values.getFirst() : null;
      Column column = new Column(i % 2 == 0 ? "c" + i : "Col \"" .replace("\"", "") + i, type, nullable, value);
      columns.add(column);
      if (unique && constraints && nullable && type.ordinal() < Type.RANGE.ordinal()) {
        uniqueColumn = column;
      }
    }
    return new Table(
        name,
        List.copyOf(columns),
        key,
        refers && constraints ? List.copyOf(references) : List.of(),
        uniqueColumn,
        ordered && constraints);
  }

  Table table(String name) {
    return tables.stream().filter(table -> table.name.equals(name)).findFirst().orElseThrow();
  }

  List<String> statements() {
    List<String> statements = new ArrayList<>();
    for (Table table : tables) {
      List<String> parts = new ArrayList<>();
      table.columns.forEach(column -> parts.add(column.definition()));
      parts.add("PRIMARY KEY (" + names(table.columns.subList(0, table.key)) + ")");
      if (!table.parent.isEmpty()) {
        parts.add("FOREIGN KEY (" + names(table.parent) + ") REFERENCES parent");
      }
      if (table.ordered) {
        parts.add("CHECK (lo <= hi)");
      }
      statements.add("CREATE TABLE " + table.name + " (" + String.join(", ", parts) + ")");
      if (table.unique != null) {
        statements.add("CREATE UNIQUE INDEX ON " + table.name + " (" + table.unique.quoted() + ")");
      }
    }
    return statements;
  }

  private static String names(List<Column> columns) {
    return columns.stream().map(Column::quoted).collect(Collectors.joining(", "));
  }

  /** Whether a state keeps every constraint. */
  boolean allows(State state) {
    for (Table table : tables) {
      Set<String> taken = new HashSet<>();
      for (List<String> row : state.get(table.name).values()) {
        boolean empty = false;
        for (Column column : table.columns) {
          empty |= !column.nullable && row.get(table.at(column)) == null;
        }
        String unique = table.unique == null ? null : row.get(table.at(table.unique));
        if (empty || unique != null && !taken.add(unique) || !ordered(table, row)) {
          return false;
        }
        List<String> reference =
            table.parent.stream().map(column -> row.get(table.at(column))).toList();
        if (!reference.isEmpty()
            && reference.stream().allMatch(java.util.Objects::nonNull)
            && !state.get("parent").containsKey(reference)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean ordered(Table table, List<String> row) {
    if (!table.ordered) {
      return true;
    }
    int lo = table.columns.stream().map(Column::name).toList().indexOf("lo");
    String low = row.get(lo);
    String high = row.get(lo + 1);
    return low == null || high == null || Long.parseLong(low) <= Long.parseLong(high);
  }

  @Override
  public String toString() {
    return String.join(";\n", statements());
  }

  /** Conflicts of rows by table: keys, and names of the fields that conflict. */
  static final class Conflicts extends LinkedHashMap<String, Map<List<String>, Set<String>>> {}
}

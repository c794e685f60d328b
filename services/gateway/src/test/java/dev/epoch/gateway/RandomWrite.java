package dev.epoch.gateway;

import dev.epoch.gateway.RandomDatabase.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A statement that changes one row.
 *
 * @param sql of it
 * @param after the state that it leads to, if that is allowed
 */
record RandomWrite(String sql, State after) {
  private static final List<String> TABLES = List.of("parent", "child");
  private static final int KEYS = 5;

  /**
   * Of the numbers and the names alone: a table, a key or a column that is left out changes nothing
   * about the others.
   *
   * @return empty if there is nothing to do
   */
  static Optional<RandomWrite> of(RandomDatabase shape, State rows, Random random) {
    String name = TABLES.get(random.nextInt(TABLES.size()));
    int key = random.nextInt(KEYS);
    int otherKey = random.nextInt(KEYS);
    int kind = random.nextInt(10);
    long seed = random.nextLong();
    return shape.tables().stream()
        .filter(table -> table.name().equals(name) && table.keys().containsKey(key))
        .findFirst()
        .flatMap(table -> {
          List<String> before = rows.rows(name).get(table.keys().get(key));
          if (before == null) {
            return Optional.of(insert(table, table.keys().get(key), rows, seed));
          }
          if (kind < 2) {
            return Optional.of(
                new RandomWrite(table.delete(before), rows.with(name, table.keyOf(before), null)));
          }
          List<String> other = kind == 9 ? table.keys().get(otherKey) : null;
          return update(table, before, other, rows, seed);
        });
  }

  private static RandomWrite insert(RandomTable table, List<String> key, State rows, long seed) {
    List<String> row = new ArrayList<>(key);
    List<RandomTable.Column> given = new ArrayList<>(table.columns().subList(0, table.key()));
    for (RandomTable.Column column : table.columns().subList(table.key(), table.columns().size())) {
      boolean omitted =
          (column.preset() != null || column.nullable()) && column.random(seed + 1).nextInt(3) == 0;
      row.add(omitted ? column.preset() : column.value(seed));
      if (!omitted) {
        given.add(column);
      }
    }
    return new RandomWrite(table.insert(row, given), rows.with(table.name(), key, row));
  }

  /** Of some columns, and of the key, if another one is given that is free. */
  private static Optional<RandomWrite> update(
      RandomTable table, List<String> before, List<String> key, State rows, long seed) {
    List<String> row = new ArrayList<>(before);
    for (int i = table.key(); i < row.size(); i++) {
      RandomTable.Column column = table.columns().get(i);
      if (new Random(seed ^ ~column.group().hashCode() * 31L).nextInt(3) == 0) {
        row.set(i, column.value(seed));
      }
    }
    if (key != null && !rows.rows(table.name()).containsKey(key)) {
      for (int i = 0; i < table.key(); i++) {
        row.set(i, key.get(i));
      }
    }
    if (row.equals(before)) {
      return Optional.empty();
    }
    State after =
        rows.with(table.name(), table.keyOf(before), null)
            .with(table.name(), table.keyOf(row), row);
    return Optional.of(new RandomWrite(table.update(before, row), after));
  }
}

package dev.epoch.model.merge;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.RandomSchemas;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Three random states of a small table of any shape, which can be made smaller. Keys and values are
 * few, so that all ways to agree and to differ come up.
 */
record RandomTables(
    TableSchema table, Map<RowKey, Row> base, Map<RowKey, Row> ours, Map<RowKey, Row> theirs) {
  private static final Comparator<RowKey> ORDER =
      Comparator.comparing(key -> key.values().toString());

  static RandomTables of(Random random) {
    TableSchema table = RandomSchemas.of(random);
    List<Row> keys = keys(table, random);
    Map<RowKey, Row> base = state(table, keys, Map.of(), Map.of(), random);
    Map<RowKey, Row> ours = state(table, keys, base, Map.of(), random);
    return new RandomTables(table, base, ours, state(table, keys, base, ours, random));
  }

  RandomTables with(Map<RowKey, Row> base, Map<RowKey, Row> ours, Map<RowKey, Row> theirs) {
    return new RandomTables(table, base, ours, theirs);
  }

  RandomTables mirrored() {
    return with(base, theirs, ours);
  }

  /** Rows by key, in an order of their own. */
  static Map<RowKey, Row> rows(Map<RowKey, Row> rows) {
    Map<RowKey, Row> sorted = new TreeMap<>(ORDER);
    sorted.putAll(rows);
    return sorted;
  }

  /** Rows with different keys, for their keys. */
  private static List<Row> keys(TableSchema table, Random random) {
    Map<RowKey, Row> keys = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      Row row = row(table, random);
      keys.put(row.key(table.keyIndexes()), row);
    }
    return List.copyOf(keys.values());
  }

  private static Row row(TableSchema table, Random random) {
    return Row.of(
        table.columns().stream()
            .map(column -> RandomSchemas.value(column, random))
            .toArray(String[]::new));
  }

  /**
   * A state some changes after another.
   *
   * @param peer what the other side made of it: some of that is done here too
   */
  private static Map<RowKey, Row> state(
      TableSchema table,
      List<Row> keys,
      Map<RowKey, Row> from,
      Map<RowKey, Row> peer,
      Random random) {
    Map<RowKey, Row> state = rows(from);
    for (Row row : keys) {
      RowKey key = row.key(table.keyIndexes());
      switch (random.nextInt(7)) {
        case 0 -> state.remove(key);
        case 1 ->
            state.put(key, changed(table, row, peer.get(key), table.columns().size(), random));
        case 2, 3, 4 -> {
          Row former = from.getOrDefault(key, row);
          state.put(key, changed(table, former, peer.get(key), 3, random));
        }
        case 5 -> {
          if (peer.containsKey(key)) {
            state.put(key, peer.get(key));
          }
        }
        default -> {}
      }
    }
    return state;
  }

  private static Row changed(TableSchema table, Row row, Row peer, int fields, Random random) {
    Row changed = row;
    for (int i = random.nextInt(fields + 1); i > 0; i--) {
      int at = random.nextInt(row.size());
      Column column = table.columns().get(at);
      if (!table.primaryKey().contains(column.name())) {
        boolean same = peer != null && random.nextInt(3) == 0;
        changed = changed.with(at, same ? peer.get(at) : RandomSchemas.value(column, random));
      }
    }
    return changed;
  }

  List<RowKey> keys() {
    TreeSet<RowKey> all = new TreeSet<>(ORDER);
    all.addAll(base.keySet());
    all.addAll(ours.keySet());
    all.addAll(theirs.keySet());
    return List.copyOf(all);
  }

  /** Whether two rows, null for none, are to count as the same: generated values do not. */
  boolean same(Row a, Row b) {
    if (a == null || b == null) {
      return a == b;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!table.columns().get(i).generated() && !same(i, a, b)) {
        return false;
      }
    }
    return true;
  }

  /** Whether two rows have the same value in a column. */
  boolean same(int column, Row a, Row b) {
    Column at = table.columns().get(column);
    return RandomSchemas.meaning(at, a.get(column))
        .equals(RandomSchemas.meaning(at, b.get(column)));
  }

  List<RandomTables> smaller() {
    List<RandomTables> smaller = new ArrayList<>();
    for (RowKey key : keys()) {
      smaller.add(with(without(base, key), without(ours, key), without(theirs, key)));
    }
    for (int i = 0; i < table.columns().size(); i++) {
      if (!table.primaryKey().contains(table.columns().get(i).name())) {
        smaller.add(withoutColumn(i));
      }
    }
    for (RowKey key : keys()) {
      for (int i = 0; i < table.columns().size(); i++) {
        Row former = base.get(key);
        if (former != null) {
          addIfOther(smaller, with(base, withValue(ours, key, i, former), theirs));
          addIfOther(smaller, with(base, ours, withValue(theirs, key, i, former)));
        }
      }
    }
    return smaller;
  }

  private void addIfOther(List<RandomTables> smaller, RandomTables candidate) {
    if (!candidate.equals(this)) {
      smaller.add(candidate);
    }
  }

  private RandomTables withoutColumn(int column) {
    List<Column> columns = new ArrayList<>(table.columns());
    columns.remove(column);
    return new RandomTables(
        new TableSchema(columns, table.primaryKey(), List.of(), List.of()),
        withoutColumn(base, column),
        withoutColumn(ours, column),
        withoutColumn(theirs, column));
  }

  private static Map<RowKey, Row> withoutColumn(Map<RowKey, Row> state, int column) {
    Map<RowKey, Row> narrower = rows(state);
    narrower.replaceAll((key, row) -> {
      List<String> values = new ArrayList<>(row.values());
      values.remove(column);
      return Row.of(values.toArray(String[]::new));
    });
    return narrower;
  }

  private static Map<RowKey, Row> without(Map<RowKey, Row> state, RowKey key) {
    Map<RowKey, Row> fewer = rows(state);
    fewer.remove(key);
    return fewer;
  }

  private static Map<RowKey, Row> withValue(
      Map<RowKey, Row> state, RowKey key, int column, Row former) {
    Map<RowKey, Row> simpler = rows(state);
    simpler.computeIfPresent(key, (k, row) -> row.with(column, former.get(column)));
    return simpler;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Column column : table.columns()) {
      text.append(column.name())
          .append(' ')
          .append(column.type().name())
          .append(column.generated() ? " generated, " : ", ");
    }
    return "%s key %s%n  base   %s%n  ours   %s%n  theirs %s"
        .formatted(text, table.primaryKey(), base, ours, theirs);
  }
}

package dev.epoch.model.merge;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.Tables;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Three random states of a small table, which can be made smaller. Keys and values are few, so that
 * all ways to agree and to differ come up.
 */
record RandomTables(Map<String, Row> base, Map<String, Row> ours, Map<String, Row> theirs) {
  static final TableSchema TABLE =
      Tables.table(
          "id bigint", "name text", "price numeric", "data jsonb", "note json", "total *numeric");

  private static final String[][] VALUES = {
    {},
    {null, "", "a", "b", "c"},
    {null, "0", "1", "1.0", "1.00", "2", "3"},
    {
      null,
      "{}",
      "[]",
      "{\"a\": 1}",
      "{\"a\": 2}",
      "{\"a\": null}",
      "{\"a\": 1, \"b\": {\"x\": 1}}",
      "{\"a\": 2, \"b\": {\"x\": 1}}",
      "{\"a\": 1, \"b\": {\"x\": 2, \"y\": 1}}",
      "{\"a\": 3, \"b\": {\"x\": 3}}",
      "{\"b\": {\"y\": 2}, \"c\": 1.0}",
      "{\"b\": 1, \"c\": 1.00}"
    },
    {null, "{\"k/~\":1}", "{\"k/~\":2}", "{\"k/~\":1,\"z\":[1]}", "{\"z\":[1,2]}", "no json", "1"},
    {"10", "20"}
  };

  static RandomTables of(Random random) {
    int keys = 1 + random.nextInt(4);
    return new RandomTables(state(random, keys, Map.of()), new TreeMap<>(), new TreeMap<>())
        .changed(random, keys);
  }

  private RandomTables changed(Random random, int keys) {
    return new RandomTables(base, state(random, keys, base), state(random, keys, base));
  }

  private static Map<String, Row> state(Random random, int keys, Map<String, Row> from) {
    Map<String, Row> state = new TreeMap<>(from);
    for (int i = 0; i < keys; i++) {
      String key = "" + i;
      switch (random.nextInt(5)) {
        case 0 -> state.remove(key);
        case 1 -> state.put(key, row(random, key, null));
        case 2, 3 -> state.put(key, row(random, key, from.get(key)));
        default -> {}
      }
    }
    return state;
  }

  private static Row row(Random random, String key, Row from) {
    String[] values = new String[TABLE.columns().size()];
    values[0] = key;
    for (int i = 1; i < values.length; i++) {
      boolean keep = from != null && random.nextInt(3) > 0;
      values[i] = keep ? from.get(i) : VALUES[i][random.nextInt(VALUES[i].length)];
    }
    return Row.of(values);
  }

  RandomTables mirrored() {
    return new RandomTables(base, theirs, ours);
  }

  List<String> keys() {
    TreeMap<String, Row> all = new TreeMap<>(base);
    all.putAll(ours);
    all.putAll(theirs);
    return List.copyOf(all.keySet());
  }

  static RowKey key(String key) {
    return RowKey.of(key);
  }

  List<RandomTables> smaller() {
    List<RandomTables> smaller = new ArrayList<>();
    for (String key : keys()) {
      smaller.add(new RandomTables(without(base, key), without(ours, key), without(theirs, key)));
    }
    for (String key : keys()) {
      for (int i = 1; i < TABLE.columns().size(); i++) {
        RandomTables fewer =
            new RandomTables(
                withNull(base, key, i), withNull(ours, key, i), withNull(theirs, key, i));
        if (!fewer.equals(this)) {
          smaller.add(fewer);
        }
      }
    }
    return smaller;
  }

  private static Map<String, Row> without(Map<String, Row> state, String key) {
    Map<String, Row> fewer = new TreeMap<>(state);
    fewer.remove(key);
    return fewer;
  }

  private static Map<String, Row> withNull(Map<String, Row> state, String key, int column) {
    Map<String, Row> simpler = new TreeMap<>(state);
    simpler.computeIfPresent(key, (k, row) -> row.with(column, null));
    return simpler;
  }
}

package dev.epoch.gateway;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Tables of a random shape, {@code child} after {@code parent}, which it may refer to. What a state
 * of them may be is said here a second time, beside PostgreSQL.
 */
record RandomDatabase(List<RandomTable> tables) {

  /** Rows by key, by table; null values are SQL NULL. */
  static final class State extends TreeMap<String, SortedMap<List<String>, List<String>>> {
    /**
     * The table {@code t}, whose schema changes; null where it was not read. It is never changed,
     * and no part of what makes states equal.
     */
    private SchemaModel altered;

    SchemaModel altered() {
      return altered;
    }

    /** The same rows with another table {@code t}. */
    State with(SchemaModel table) {
      State changed = copy();
      changed.altered = table;
      return changed;
    }

    SortedMap<List<String>, List<String>> rows(String table) {
      return computeIfAbsent(
          table, name -> new TreeMap<>(Comparator.comparing(List<String>::toString)));
    }

    State copy() {
      State copy = new State();
      copy.altered = altered;
      forEach((table, rows) -> copy.rows(table).putAll(rows));
      return copy;
    }

    /** Puts a row in its place, or none. */
    State with(String table, List<String> key, List<String> row) {
      State changed = copy();
      if (row == null) {
        changed.rows(table).remove(key);
      } else {
        changed.rows(table).put(key, row);
      }
      return changed;
    }
  }

  static RandomDatabase of(Random random) {
    RandomTable parent = RandomTable.of("parent", null, random);
    return new RandomDatabase(List.of(parent, RandomTable.of("child", parent, random)));
  }

  State empty() {
    State state = new State();
    tables.forEach(table -> state.rows(table.name()));
    return state;
  }

  RandomTable table(String name) {
    return tables.stream().filter(table -> table.name().equals(name)).findFirst().orElseThrow();
  }

  List<String> statements() {
    return tables.stream().flatMap(table -> table.statements().stream()).toList();
  }

  /** Whether a state keeps every constraint. */
  boolean allows(State state) {
    return broken(state).isEmpty();
  }

  /** Whether a branch lets a client do this: it does not look at references. */
  boolean branchAllows(State state) {
    return broken(state).stream().allMatch(each -> each.contains("_refers "));
  }

  /**
   * Rows that break constraints, as {@code table constraint key}; of rows with the same unique
   * value, all.
   */
  SortedSet<String> broken(State state) {
    SortedSet<String> broken = new TreeSet<>();
    for (RandomTable table : tables) {
      Map<String, List<String>> taken = new HashMap<>();
      state
          .rows(table.name())
          .forEach((key, row) -> {
            if (table.ordered() && !ordered(row.get(table.at("lo")), row.get(table.at("hi")))) {
              broken.add(entry(table, "ordered", key));
            }
            if (table.parent() != null) {
              List<String> reference =
                  table.references().stream().map(p -> row.get(table.at(p.name()))).toList();
              if (reference.stream().allMatch(Objects::nonNull)
                  && !state.rows(table.parent()).containsKey(reference)) {
                broken.add(entry(table, "refers", key));
              }
            }
            String unique = table.unique() == null ? null : row.get(table.at(table.unique()));
            List<String> other = unique == null ? null : taken.putIfAbsent(unique, key);
            if (other != null) {
              broken.add(entry(table, "unique", key));
              broken.add(entry(table, "unique", other));
            }
          });
    }
    return broken;
  }

  private static boolean ordered(String low, String high) {
    return low == null || high == null || Long.parseLong(low) <= Long.parseLong(high);
  }

  private static String entry(RandomTable table, String rule, List<String> key) {
    return table.name() + " " + table.name() + "_" + rule + " " + key;
  }

  /** Databases with one thing less. */
  List<RandomDatabase> smaller() {
    List<RandomDatabase> smaller = new ArrayList<>();
    if (tables.size() > 1) {
      smaller.add(new RandomDatabase(tables.subList(0, 1)));
      if (tables.get(1).parent() == null) {
        smaller.add(new RandomDatabase(tables.subList(1, 2)));
      }
    }
    for (int i = 0; i < tables.size(); i++) {
      for (RandomTable table : tables.get(i).smaller()) {
        List<RandomTable> other = new ArrayList<>(tables);
        other.set(i, table);
        smaller.add(new RandomDatabase(other));
      }
    }
    return smaller;
  }
}

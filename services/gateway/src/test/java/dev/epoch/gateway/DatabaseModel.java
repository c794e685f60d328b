package dev.epoch.gateway;

import dev.epoch.gateway.RandomDatabase.State;
import dev.epoch.gateway.RandomDatabase.Table;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What versioning means for a database of any shape, in plain maps, written without a look at the
 * code under test. Conflicts are the keys with {@code ours != base}, {@code theirs != base}, {@code
 * ours != theirs}, then field by field.
 */
final class DatabaseModel {
  /**
   * A merge.
   *
   * @param rows of each table, where they conflict those of the side that wins
   * @param conflicts as {@code table key type fields}
   */
  record Merge(State rows, TreeSet<String> conflicts) {}

  private final RandomDatabase shape;
  final Map<String, State> working = new TreeMap<>();
  final Map<String, State> commits = new HashMap<>();
  final Map<String, String> heads = new TreeMap<>();

  DatabaseModel(RandomDatabase shape) {
    this.shape = shape;
  }

  State head(String branch) {
    return commits.get(heads.get(branch));
  }

  boolean clean(String branch) {
    return working.get(branch).equals(head(branch));
  }

  void committed(String branch, String commit) {
    commits.put(commit, working.get(branch).copy());
    heads.put(branch, commit);
  }

  void moved(String branch, String commit) {
    heads.put(branch, commit);
    working.put(branch, commits.get(commit).copy());
  }

  Merge merge(State base, State ours, State theirs, boolean theirsWins) {
    State merged = ours.copy();
    TreeSet<String> conflicts = new TreeSet<>();
    for (Table table : shape.tables()) {
      Map<List<String>, List<String>> all = new LinkedHashMap<>(base.get(table.name()));
      all.putAll(ours.get(table.name()));
      all.putAll(theirs.get(table.name()));
      for (List<String> key : all.keySet()) {
        List<String> b = base.get(table.name()).get(key);
        List<String> o = ours.get(table.name()).get(key);
        List<String> t = theirs.get(table.name()).get(key);
        SortedMap<List<String>, List<String>> rows = merged.get(table.name());
        if (Objects.equals(t, b) || Objects.equals(t, o)) {
          continue;
        }
        if (Objects.equals(o, b)) {
          put(rows, key, t);
          continue;
        }
        TreeSet<Integer> fields = new TreeSet<>();
        List<String> row = o;
        if (b == null || o == null || t == null) {
          List<String> some = o == null ? t : o;
          List<String> other = b == null ? t : b;
          IntStream.range(0, some.size())
              .filter(i -> !Objects.equals(some.get(i), other.get(i)))
              .forEach(fields::add);
        } else {
          row = new java.util.ArrayList<>(o);
          for (int i = 0; i < row.size(); i++) {
            if (Objects.equals(o.get(i), b.get(i))) {
              row.set(i, t.get(i));
            } else if (!Objects.equals(t.get(i), b.get(i))
                && !Objects.equals(t.get(i), o.get(i))) {
              fields.add(i);
            }
          }
        }
        boolean whole = b != null && (o == null || t == null);
        if (whole || !fields.isEmpty()) {
          conflicts.add(conflict(table, key, type(b, o, t), fields));
        }
        if (whole && theirsWins) {
          row = t;
        } else if (theirsWins) {
          List<String> settled = row == o ? new java.util.ArrayList<>(o) : row;
          fields.forEach(i -> settled.set(i, t.get(i)));
          row = settled;
        }
        put(rows, key, row);
      }
    }
    return new Merge(merged, conflicts);
  }

  private static String type(List<String> base, List<String> ours, List<String> theirs) {
    if (base == null) {
      return "add_add";
    }
    return ours == null ? "modify_delete" : theirs == null ? "delete_modify" : "modify_modify";
  }

  private static String conflict(Table table, List<String> key, String type, TreeSet<Integer> at) {
    return conflict(
        table.name(),
        key,
        type,
        at.stream().map(i -> table.columns().get(i).name()).collect(Collectors.toSet()));
  }

  static String conflict(
      String table, List<String> key, String type, java.util.Collection<String> fields) {
    return table + " " + key + " " + type + " " + new TreeSet<>(fields);
  }

  private static void put(
      SortedMap<List<String>, List<String>> rows, List<String> key, List<String> row) {
    if (row == null) {
      rows.remove(key);
    } else {
      rows.put(key, row);
    }
  }
}

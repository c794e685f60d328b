package dev.epoch.gateway;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What versioning means, in plain maps: rows are {@code id -> (a, b, c)}. Written without a look at
 * the code under test.
 */
final class HistoryModel {
  /** The values of a row beside its key. */
  record Cells(String a, String b, Integer c) {
    String get(int field) {
      return switch (field) {
        case 0 -> a;
        case 1 -> b;
        default -> c == null ? null : c.toString();
      };
    }

    static Cells of(String[] values) {
      return new Cells(values[0], values[1], values[2] == null ? null : Integer.valueOf(values[2]));
    }
  }

  /** A merge of rows: the merged ones, and the keys that conflict. */
  record Merge(SortedMap<Integer, Cells> rows, List<Integer> conflicts) {}

  final Map<String, SortedMap<Integer, Cells>> working = new TreeMap<>();
  final Map<String, SortedMap<Integer, Cells>> commits = new HashMap<>();
  final Map<String, String> heads = new TreeMap<>();

  boolean clean(String branch) {
    return working.get(branch).equals(commits.get(heads.get(branch)));
  }

  void committed(String branch, String commit) {
    commits.put(commit, new TreeMap<>(working.get(branch)));
    heads.put(branch, commit);
  }

  void branched(String name, String commit) {
    heads.put(name, commit);
    working.put(name, new TreeMap<>(commits.get(commit)));
  }

  void moved(String branch, String commit) {
    heads.put(branch, commit);
    working.put(branch, new TreeMap<>(commits.get(commit)));
  }

  /** Three-way, field by field; {@code theirsWins} says how conflicts are settled. */
  static Merge merge(
      SortedMap<Integer, Cells> base,
      SortedMap<Integer, Cells> ours,
      SortedMap<Integer, Cells> theirs,
      boolean theirsWins) {
    SortedMap<Integer, Cells> merged = new TreeMap<>(ours);
    List<Integer> conflicts = new ArrayList<>();
    TreeSet<Integer> keys = new TreeSet<>(base.keySet());
    keys.addAll(ours.keySet());
    keys.addAll(theirs.keySet());
    for (Integer key : keys) {
      Cells b = base.get(key);
      Cells o = ours.get(key);
      Cells t = theirs.get(key);
      if (Objects.equals(t, b) || Objects.equals(t, o)) {
        continue;
      }
      if (Objects.equals(o, b)) {
        put(merged, key, t);
      } else if (o == null || t == null) {
        conflicts.add(key);
        if (theirsWins) {
          put(merged, key, t);
        }
      } else {
        String[] values = new String[3];
        boolean conflict = false;
        for (int field = 0; field < 3; field++) {
          String was = b == null ? null : b.get(field);
          String our = o.get(field);
          String their = t.get(field);
          boolean differ = !Objects.equals(our, their);
          boolean bothChanged =
              b == null || (!Objects.equals(our, was) && !Objects.equals(their, was));
          if (differ && bothChanged) {
            conflict = true;
            values[field] = theirsWins ? their : our;
          } else {
            values[field] = Objects.equals(our, was) ? their : our;
          }
        }
        if (conflict) {
          conflicts.add(key);
        }
        put(merged, key, Cells.of(values));
      }
    }
    return new Merge(merged, conflicts);
  }

  private static void put(SortedMap<Integer, Cells> rows, Integer key, Cells cells) {
    if (cells == null) {
      rows.remove(key);
    } else {
      rows.put(key, cells);
    }
  }
}

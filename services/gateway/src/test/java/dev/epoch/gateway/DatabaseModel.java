package dev.epoch.gateway;

import dev.epoch.gateway.RandomDatabase.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What versioning means for a database of any shape, in plain maps, written without a look at the
 * code under test.
 */
final class DatabaseModel {
  /**
   * A merge of rows, field by field. Conflicts are about the keys with {@code ours != base}, {@code
   * theirs != base}, {@code ours != theirs}, unless they changed different fields.
   *
   * @param rows where they conflict, the fields or the row of ours
   * @param conflicts as {@code table key type fields}
   * @param fields that conflict by table and key; empty where one side deleted the row
   */
  record Merge(
      State rows,
      SortedSet<String> conflicts,
      Map<String, Map<List<String>, Set<Integer>>> fields) {}

  private final RandomDatabase shape;
  final Map<String, State> working = new TreeMap<>();
  final Map<String, State> commits = new LinkedHashMap<>();
  final Map<String, String> heads = new TreeMap<>();
  private final Map<String, Set<String>> ancestors = new HashMap<>();

  DatabaseModel(RandomDatabase shape) {
    this.shape = shape;
  }

  /** Whether nothing was done, or all of it was taken back. */
  boolean clean(String branch) {
    return looksClean(branch)
        && working.get(branch).altered() == commits.get(heads.get(branch)).altered();
  }

  /** Whether all is as at the head, whatever became of it meanwhile. */
  boolean looksClean(String branch) {
    State now = working.get(branch);
    State head = commits.get(heads.get(branch));
    return now.equals(head)
        && now.altered().told().equals(head.altered().told())
        && now.altered().schema().equals(head.altered().schema());
  }

  /** What {@code t} is on each branch. */
  Map<String, SchemaModel> altered() {
    Map<String, SchemaModel> altered = new TreeMap<>();
    working.forEach((branch, rows) -> altered.put(branch, rows.altered()));
    return altered;
  }

  /** Whether a merge has no conflict in {@code t}, as far as the model knows. */
  boolean isClear(String ours, String theirs) {
    List<String> bases = bases(ours, theirs);
    SchemaModel our = commits.get(ours).altered();
    SchemaModel their = commits.get(theirs).altered();
    if (bases.size() > 1) {
      return our == their;
    }
    SchemaModel.Merge merge =
        SchemaModel.merge(commits.get(bases.getFirst()).altered(), our, their);
    return merge.doubts().isEmpty() && merge.conflicts().isEmpty();
  }

  void committed(String commit, State rows, List<String> of) {
    commits.put(commit, rows.copy());
    Set<String> all = new HashSet<>(Set.of(commit));
    of.forEach(parent -> all.addAll(ancestors.get(parent)));
    ancestors.put(commit, all);
  }

  void moved(String branch, String commit) {
    heads.put(branch, commit);
    working.put(branch, commits.get(commit).copy());
  }

  boolean isAncestor(String commit, String of) {
    return ancestors.get(of).contains(commit);
  }

  /** Common ancestors that are no ancestors of other common ancestors. */
  List<String> bases(String one, String other) {
    List<String> common =
        commits.keySet().stream().filter(c -> isAncestor(c, one) && isAncestor(c, other)).toList();
    return common.stream()
        .filter(c -> common.stream().noneMatch(d -> !c.equals(d) && isAncestor(c, d)))
        .toList();
  }

  Merge merge(State base, State ours, State theirs) {
    SchemaModel altered =
        SchemaModel.merge(base.altered(), ours.altered(), theirs.altered()).merged();
    Merge merge = new Merge(ours.with(altered), new TreeSet<>(), new HashMap<>());
    for (RandomTable table : shape.tables()) {
      Set<List<String>> keys = new HashSet<>(base.rows(table.name()).keySet());
      keys.addAll(ours.rows(table.name()).keySet());
      keys.addAll(theirs.rows(table.name()).keySet());
      for (List<String> key : keys) {
        List<String> b = base.rows(table.name()).get(key);
        List<String> o = ours.rows(table.name()).get(key);
        List<String> t = theirs.rows(table.name()).get(key);
        if (Objects.equals(t, b) || Objects.equals(t, o)) {
          continue;
        }
        if (Objects.equals(o, b)) {
          put(merge.rows, table, key, t);
        } else {
          both(merge, table, key, b, o, t);
        }
      }
    }
    return merge;
  }

  private static void both(
      Merge merge,
      RandomTable table,
      List<String> key,
      List<String> b,
      List<String> o,
      List<String> t) {
    boolean there = o != null && t != null;
    Set<Integer> fields = new TreeSet<>();
    if (b != null && there) {
      List<String> row = new ArrayList<>(o);
      for (int i = 0; i < row.size(); i++) {
        if (Objects.equals(o.get(i), b.get(i))) {
          row.set(i, t.get(i));
        } else if (!Objects.equals(t.get(i), b.get(i)) && !Objects.equals(t.get(i), o.get(i))) {
          fields.add(i);
        }
      }
      put(merge.rows, table, key, row);
      if (fields.isEmpty()) {
        return;
      }
    } else {
      List<String> one = o == null ? t : o;
      List<String> other = b == null ? t : b;
      IntStream.range(0, one.size())
          .filter(i -> !Objects.equals(one.get(i), other.get(i)))
          .forEach(fields::add);
    }
    // the side that changed the row first: modify_delete is deleted in ours
    String type =
        b == null
            ? "add_add"
            : o == null ? "modify_delete" : t == null ? "delete_modify" : "modify_modify";
    Set<String> names =
        fields.stream().map(i -> table.columns().get(i).name()).collect(Collectors.toSet());
    merge.conflicts.add(conflict(table.name(), key, type, names));
    merge
        .fields
        .computeIfAbsent(table.name(), name -> new HashMap<>())
        .put(key, there ? fields : Set.of());
  }

  static String conflict(String table, List<String> key, String type, Collection<String> fields) {
    return table + " " + key + " " + type + " " + new TreeSet<>(fields);
  }

  /** The conflict as the merge in the other direction has it. */
  static String mirrored(String conflict) {
    return conflict.contains("] modify_delete [")
        ? conflict.replace("] modify_delete [", "] delete_modify [")
        : conflict.replace("] delete_modify [", "] modify_delete [");
  }

  /** The row once its conflict is decided for one side. */
  static List<String> decided(Merge merge, String table, List<String> key, State side) {
    List<String> other = side.rows(table).get(key);
    Set<Integer> fields = merge.fields.getOrDefault(table, Map.of()).getOrDefault(key, Set.of());
    if (fields.isEmpty()) {
      return other;
    }
    List<String> row = new ArrayList<>(merge.rows.rows(table).get(key));
    fields.forEach(i -> row.set(i, other.get(i)));
    return row;
  }

  private static void put(State rows, RandomTable table, List<String> key, List<String> row) {
    if (row == null) {
      rows.rows(table.name()).remove(key);
    } else {
      rows.rows(table.name()).put(key, row);
    }
  }
}

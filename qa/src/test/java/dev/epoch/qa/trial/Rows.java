package dev.epoch.qa.trial;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The rows of every table in one state: {@code (table, id) -> column -> value}, values as text or
 * null; see {@link Shape} for the columns. Never changes. What merging means is written here once
 * more, without a look at the code under test.
 */
record Rows(SortedMap<RowId, Cells> byId) {
  static final Rows NONE = new Rows(new TreeMap<>());

  Rows {
    byId = Collections.unmodifiableSortedMap(new TreeMap<>(byId));
  }

  /** The values of a row beside its key, by the ids of columns. */
  record Cells(SortedMap<String, String> values) {
    Cells {
      values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    /** Of a table that nobody has altered. */
    static Cells of(String a, String b, String c) {
      TreeMap<String, String> values = new TreeMap<>();
      values.put("a", a);
      values.put("b", b);
      values.put("c", c);
      return new Cells(values);
    }

    String get(String column) {
      return values.get(column);
    }

    Cells with(String column, String value) {
      TreeMap<String, String> changed = new TreeMap<>(values);
      changed.put(column, value);
      return new Cells(changed);
    }

    Cells without(String column) {
      TreeMap<String, String> changed = new TreeMap<>(values);
      changed.remove(column);
      return new Cells(changed);
    }

    @Override
    public String toString() {
      return values.toString();
    }
  }

  /**
   * A merge.
   *
   * @param conflicts rows that both sides changed in the same field, or one deleted
   * @param doubtful whether columns are in conflict, or may be: then the rest means nothing
   */
  record Merged(Rows rows, int conflicts, boolean doubtful) {}

  /**
   * How many rows of a table another state has more, otherwise, or less.
   *
   * @param columns whether it has other columns
   */
  record Difference(long inserted, long updated, long deleted, boolean columns) {
    boolean none() {
      return inserted + updated + deleted == 0 && !columns;
    }
  }

  /** The names of a table's columns by their ids. */
  Cells shape(String table) {
    Shape.Altered altered = Shape.of(table);
    return altered == null ? Shape.FIXED : get(altered.shape());
  }

  Rows with(RowId row, Cells cells) {
    TreeMap<RowId, Cells> changed = new TreeMap<>(byId);
    if (cells == null) {
      changed.remove(row);
    } else {
      changed.put(row, cells);
    }
    return new Rows(changed);
  }

  Cells get(RowId row) {
    return byId.get(row);
  }

  /** Only the rows that a client writes. */
  Rows of(int client) {
    return where(row -> row.client() == client);
  }

  Rows where(Predicate<RowId> wanted) {
    TreeMap<RowId, Cells> some = new TreeMap<>();
    byId.forEach((row, cells) -> {
      if (wanted.test(row)) {
        some.put(row, cells);
      }
    });
    return new Rows(some);
  }

  /** These rows, but those of some kind as another state has them. */
  Rows replaced(Predicate<RowId> kind, Rows by) {
    TreeMap<RowId, Cells> all = new TreeMap<>(where(kind.negate()).byId);
    all.putAll(by.where(kind).byId);
    return new Rows(all);
  }

  /** What is otherwise in another state, to be read by people. */
  String differences(Rows other) {
    TreeSet<RowId> rows = new TreeSet<>(byId.keySet());
    rows.addAll(other.byId.keySet());
    rows.removeIf(row -> Objects.equals(get(row), other.get(row)));
    StringBuilder text = new StringBuilder();
    rows.forEach(row -> text.append("%n%s: %s, other %s".formatted(row, get(row), other.get(row))));
    return text.toString();
  }

  /** Whether every table has the columns that it has in the other state. */
  boolean sameColumns(Rows other) {
    return Shape.TABLES.stream()
        .allMatch(altered -> Objects.equals(get(altered.shape()), other.get(altered.shape())));
  }

  /** What changed from here to there in a table, in the columns that it has there. */
  Difference to(Rows there, String table) {
    long inserted = 0;
    long updated = 0;
    long deleted = 0;
    boolean columns = false;
    TreeSet<RowId> all = new TreeSet<>(byId.keySet());
    all.addAll(there.byId.keySet());
    for (RowId row : all) {
      if (row.table().equals(table)) {
        Cells before = get(row);
        Cells after = there.get(row);
        if (row.number() == Shape.NUMBER) {
          columns = !Objects.equals(before, after);
          continue;
        }
        inserted += before == null && after != null ? 1 : 0;
        deleted += before != null && after == null ? 1 : 0;
        updated += before != null && after != null && differ(before, after) ? 1 : 0;
      }
    }
    return new Difference(inserted, updated, deleted, columns);
  }

  private static boolean differ(Cells before, Cells after) {
    return after.values().entrySet().stream()
        .anyMatch(cell -> {
          String id = cell.getKey();
          String was = before.values().containsKey(id) ? before.get(id) : Shape.initial(id);
          return !Objects.equals(was, cell.getValue());
        });
  }

  /** Three-way, field by field; {@code theirsWins} says how conflicts are settled. */
  static Merged merge(Rows base, Rows ours, Rows theirs, boolean theirsWins) {
    Shape.Fitted fitted = Shape.fit(base, ours, theirs);
    return fitted.doubtful()
        ? new Merged(ours, 0, true)
        : mergeRows(fitted.base(), fitted.ours(), fitted.theirs(), theirsWins);
  }

  private static Merged mergeRows(Rows base, Rows ours, Rows theirs, boolean theirsWins) {
    TreeMap<RowId, Cells> merged = new TreeMap<>(ours.byId);
    int conflicts = 0;
    for (Map.Entry<RowId, Boolean> each : changed(base, theirs).entrySet()) {
      RowId row = each.getKey();
      Cells was = base.get(row);
      Cells our = ours.get(row);
      Cells their = theirs.get(row);
      if (Objects.equals(our, their)) {
        continue;
      }
      Cells result;
      if (Objects.equals(our, was)) {
        result = their;
      } else if (our == null || their == null) {
        conflicts++;
        result = theirsWins ? their : our;
      } else {
        boolean[] conflict = {false};
        result = fields(was, our, their, theirsWins, conflict);
        conflicts += conflict[0] ? 1 : 0;
      }
      if (result == null) {
        merged.remove(row);
      } else {
        merged.put(row, result);
      }
    }
    return new Merged(new Rows(merged), conflicts, false);
  }

  private static SortedMap<RowId, Boolean> changed(Rows base, Rows side) {
    TreeMap<RowId, Boolean> changed = new TreeMap<>();
    TreeSet<RowId> all = new TreeSet<>(base.byId.keySet());
    all.addAll(side.byId.keySet());
    all.stream()
        .filter(row -> !Objects.equals(base.get(row), side.get(row)))
        .forEach(row -> changed.put(row, true));
    return changed;
  }

  private static Cells fields(
      Cells base, Cells ours, Cells theirs, boolean theirsWins, boolean[] conflict) {
    Cells merged = ours;
    for (String field : ours.values().keySet()) {
      String our = ours.get(field);
      String their = theirs.get(field);
      if (Objects.equals(our, their)) {
        continue;
      }
      boolean weChanged = base == null || !Objects.equals(our, base.get(field));
      boolean theyChanged = base == null || !Objects.equals(their, base.get(field));
      if (weChanged && theyChanged) {
        conflict[0] = true;
        merged = merged.with(field, theirsWins ? their : our);
      } else if (theyChanged) {
        merged = merged.with(field, their);
      }
    }
    return merged;
  }
}

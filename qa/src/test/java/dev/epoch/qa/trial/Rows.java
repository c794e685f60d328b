package dev.epoch.qa.trial;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The rows of every table in one state: {@code (table, id) -> [a, b, c]}, values as text or null.
 * Never changes. What merging means is written here once more, without a look at the code under
 * test.
 */
record Rows(SortedMap<RowId, Cells> byId) {
  static final Rows NONE = new Rows(new TreeMap<>());

  Rows {
    byId = Collections.unmodifiableSortedMap(new TreeMap<>(byId));
  }

  /** The values of a row beside its key. */
  record Cells(String a, String b, String c) {
    private String[] values() {
      return new String[] {a, b, c};
    }
  }

  /**
   * A merge.
   *
   * @param conflicts rows that both sides changed in the same field, or one deleted
   */
  record Merged(Rows rows, int conflicts) {}

  /** How many rows of a table another state has more, otherwise, or less. */
  record Difference(long inserted, long updated, long deleted) {
    boolean none() {
      return inserted + updated + deleted == 0;
    }
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

  /** What changed from here to there in a table. */
  Difference to(Rows there, String table) {
    long inserted = 0;
    long updated = 0;
    long deleted = 0;
    TreeSet<RowId> all = new TreeSet<>(byId.keySet());
    all.addAll(there.byId.keySet());
    for (RowId row : all) {
      if (row.table().equals(table)) {
        Cells before = get(row);
        Cells after = there.get(row);
        inserted += before == null && after != null ? 1 : 0;
        deleted += before != null && after == null ? 1 : 0;
        updated += before != null && after != null && !before.equals(after) ? 1 : 0;
      }
    }
    return new Difference(inserted, updated, deleted);
  }

  /** Three-way, field by field; {@code theirsWins} says how conflicts are settled. */
  static Merged merge(Rows base, Rows ours, Rows theirs, boolean theirsWins) {
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
    return new Merged(new Rows(merged), conflicts);
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
    String[] was = base == null ? null : base.values();
    String[] our = ours.values();
    String[] their = theirs.values();
    String[] merged = Arrays.copyOf(our, our.length);
    for (int field = 0; field < merged.length; field++) {
      if (Objects.equals(our[field], their[field])) {
        continue;
      }
      boolean weChanged = was == null || !Objects.equals(our[field], was[field]);
      boolean theyChanged = was == null || !Objects.equals(their[field], was[field]);
      if (weChanged && theyChanged) {
        conflict[0] = true;
        merged[field] = theirsWins ? their[field] : our[field];
      } else if (theyChanged) {
        merged[field] = their[field];
      }
    }
    return new Cells(merged[0], merged[1], merged[2]);
  }
}

package dev.epoch.qa.trial;

import dev.epoch.qa.trial.Rows.Cells;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The columns of tables whose schema clients change. A state has them as a row of its own, whose
 * cells are the names of columns by their ids: what is said of rows is then said of columns too.
 *
 * <p>The id of a column is the name that it had first, {@code n7} or {@code d7}; renamed it is
 * {@code n7_9}. What begins with {@code d} has its id as the default. All are texts, but those that
 * begin with {@code k}: integers that a sequence gives, of which nobody knows which.
 */
final class Shape {
  /** The number of a client's row that is none. */
  static final int NUMBER = 0;

  /** The number of a row that nobody deletes: an empty table does not tell its columns. */
  static final int KEPT = 1;

  /** Stands for what a sequence gave. */
  static final String GIVEN = "#";

  /** Of tables that nobody alters. */
  static final Cells FIXED = Cells.of("a", "b", "c");

  private Shape() {}

  /**
   * A table that one client alone alters and writes.
   *
   * @param first whether it is in the first database
   */
  record Altered(String table, int owner, boolean first) {
    RowId shape() {
      return RowId.of(table, owner, NUMBER);
    }
  }

  /** None in the short form of the trial. */
  static final List<Altered> TABLES =
      TrialWorld.ALL_CASES
          ? List.of(
              new Altered("s1", 1, true), new Altered("s2", 2, false), new Altered("s3", 3, true))
          : List.of();

  /** The altered table of this name, or null. */
  static Altered of(String table) {
    return TABLES.stream().filter(each -> each.table().equals(table)).findFirst().orElse(null);
  }

  /** The table that a client alters, or null. */
  static Altered ownedBy(int client) {
    return TABLES.stream().filter(each -> each.owner() == client).findFirst().orElse(null);
  }

  /** The id of the column of a name. */
  static String id(String name) {
    int end = name.indexOf('_');
    return end < 0 ? name : name.substring(0, end);
  }

  /** Whether a sequence gives the values of a column. */
  static boolean isGiven(String id) {
    return id.startsWith("k");
  }

  /** The columns that clients write, by their ids. */
  static Cells written(Cells shape) {
    TreeMap<String, String> written = new TreeMap<>(shape.values());
    written.keySet().removeIf(Shape::isGiven);
    return new Cells(written);
  }

  /** What rows have in a column that was added when they were there, and if nobody says more. */
  static String initial(String id) {
    return id.startsWith("d") ? id : null;
  }

  /**
   * Three states with one set of columns, that of their merge: a side that lacks a column has there
   * what the base has.
   *
   * @param doubtful whether columns are in conflict, or may be: then the rest means nothing
   */
  record Fitted(Rows base, Rows ours, Rows theirs, boolean doubtful) {}

  static Fitted fit(Rows base, Rows ours, Rows theirs) {
    Fitted fitted = new Fitted(base, ours, theirs, false);
    for (Altered table : TABLES) {
      Cells was = base.get(table.shape());
      Cells our = ours.get(table.shape());
      Cells their = theirs.get(table.shape());
      if (Objects.equals(was, our) && Objects.equals(was, their)) {
        continue;
      }
      Cells merged =
          was == null || our == null || their == null
              ? null
              : merged(table, fitted, was, our, their);
      if (merged == null) {
        return new Fitted(base, ours, theirs, true);
      }
      fitted =
          new Fitted(
              filled(table, fitted.base(), base, merged),
              filled(table, fitted.ours(), base, merged),
              filled(table, fitted.theirs(), base, merged),
              false);
    }
    return fitted;
  }

  /** Null if something is in conflict, or may be. */
  private static Cells merged(Altered table, Fitted sides, Cells was, Cells our, Cells their) {
    TreeSet<String> ids = new TreeSet<>(was.values().keySet());
    ids.addAll(our.values().keySet());
    ids.addAll(their.values().keySet());
    TreeMap<String, String> merged = new TreeMap<>();
    for (String id : ids) {
      String before = was.get(id);
      String ours = our.get(id);
      String theirs = their.get(id);
      boolean oursChanged = !Objects.equals(ours, before);
      boolean theirsChanged = !Objects.equals(theirs, before);
      if (oursChanged && theirsChanged && !Objects.equals(ours, theirs)) {
        return null;
      }
      String name = oursChanged ? ours : theirs;
      if (name != null) {
        if (isGiven(id)
            && (ours == null && hasNew(table, sides.base(), sides.ours())
                || theirs == null && hasNew(table, sides.base(), sides.theirs()))) {
          // rows without a number, where each has one
          return null;
        }
        merged.put(id, name);
      } else if (ours != null && isWritten(table, sides.base(), sides.ours(), id)
          || theirs != null && isWritten(table, sides.base(), sides.theirs(), id)) {
        return null;
      }
    }
    return new Cells(merged);
  }

  /** Whether a side has rows that the base lacks. */
  private static boolean hasNew(Altered table, Rows base, Rows side) {
    return side.byId().keySet().stream()
        .anyMatch(row -> isRowOf(table, row) && base.get(row) == null);
  }

  /** Whether a side has given rows values in a column, which the other side has dropped. */
  private static boolean isWritten(Altered table, Rows base, Rows side, String id) {
    return side.byId().entrySet().stream()
        .filter(row -> isRowOf(table, row.getKey()))
        .anyMatch(row -> {
          Cells before = base.get(row.getKey());
          return !Objects.equals(
              row.getValue().get(id), before == null ? initial(id) : before.get(id));
        });
  }

  private static Rows filled(Altered table, Rows side, Rows base, Cells shape) {
    Cells has = side.get(table.shape());
    Cells baseHas = base.get(table.shape());
    Rows filled = side.with(table.shape(), shape);
    for (RowId row : side.byId().keySet()) {
      if (isRowOf(table, row)) {
        Cells former = base.get(row);
        TreeMap<String, String> values = new TreeMap<>();
        for (String id : shape.values().keySet()) {
          boolean known = former != null && baseHas.values().containsKey(id);
          values.put(
              id,
              has.values().containsKey(id)
                  ? side.get(row).get(id)
                  : known ? former.get(id) : isGiven(id) ? GIVEN : initial(id));
        }
        filled = filled.with(row, new Cells(values));
      }
    }
    return filled;
  }

  private static boolean isRowOf(Altered table, RowId row) {
    return row.table().equals(table.table()) && row.number() != NUMBER;
  }
}

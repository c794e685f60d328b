package dev.epoch.gateway;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A table whose columns come, go and change names and types, as a plain model. Columns are told by
 * ids: a rename is a rename. All values are numbers as texts, which every type takes.
 *
 * @param columns the key first, which stays
 * @param rules by name
 * @param rows by key: values by column id
 */
record SchemaModel(
    List<Part> columns,
    SortedMap<String, Rule> rules,
    SortedMap<Integer, Map<String, String>> rows) {
  static final String KEY = "key";

  /** A column that came with the table, and has a default: no row began with a value of it. */
  static final String DEFAULTED = "p0";

  /** The value that checks refuse. */
  static final String REFUSED = "7";

  /**
   * A column.
   *
   * @param initial of rows that were there before it, and of those that do not say; or null
   * @param filled whether rows had values of their own when it came to be
   */
  record Part(
      String id, String name, String type, boolean required, String initial, boolean filled) {
    Part named(String other) {
      return new Part(id, other, type, required, initial, filled);
    }

    Part required(boolean now) {
      return new Part(id, name, type, now, initial, filled);
    }
  }

  /** A rule or an index of one column. */
  record Rule(Kind kind, String column) {}

  enum Kind {
    CHECK,
    UNIQUE,
    INDEX
  }

  /**
   * What a merge comes to.
   *
   * @param conflicts that there must be
   * @param doubts where the model does not say whether there is one
   */
  record Merge(SchemaModel merged, List<String> conflicts, List<String> doubts) {}

  static SchemaModel of(Part key) {
    return new SchemaModel(new ArrayList<>(List.of(key)), new TreeMap<>(), new TreeMap<>());
  }

  SchemaModel copy() {
    SortedMap<Integer, Map<String, String>> copied = new TreeMap<>();
    rows.forEach((key, row) -> copied.put(key, new HashMap<>(row)));
    return new SchemaModel(new ArrayList<>(columns), new TreeMap<>(rules), copied);
  }

  Optional<Part> column(String id) {
    return columns.stream().filter(column -> column.id().equals(id)).findFirst();
  }

  boolean hasName(String name) {
    return columns.stream().anyMatch(column -> column.name().equals(name));
  }

  void replace(Part column) {
    columns.replaceAll(each -> each.id().equals(column.id()) ? column : each);
  }

  void drop(String id) {
    columns.removeIf(column -> column.id().equals(id));
    rules.values().removeIf(rule -> rule.column().equals(id));
    rows.values().forEach(row -> row.remove(id));
  }

  /** A column gets another identity: values stay. */
  void exchange(Part before, Part after) {
    columns.replaceAll(each -> each.id().equals(before.id()) ? after : each);
    rules.replaceAll((name, rule) ->
        rule.column().equals(before.id()) ? new Rule(rule.kind(), after.id()) : rule);
    rows.values().forEach(row -> row.put(after.id(), row.remove(before.id())));
  }

  /** What rows break, empty if nothing. */
  List<String> broken() {
    List<String> broken = new ArrayList<>();
    for (Part column : columns) {
      if (column.required()
          && !column.id().equals(KEY)
          && rows.values().stream().anyMatch(row -> row.get(column.id()) == null)) {
        broken.add("NOT NULL " + column.name());
      }
    }
    rules.forEach((name, rule) -> {
      Set<String> seen = new HashSet<>();
      boolean refused = false;
      for (Map<String, String> row : rows.values()) {
        String value = row.get(rule.column());
        refused |=
            value != null
                && switch (rule.kind()) {
                  case CHECK -> value.equals(REFUSED);
                  case UNIQUE -> !seen.add(value);
                  case INDEX -> false;
                };
      }
      if (refused) {
        broken.add(name);
      }
    });
    return broken;
  }

  /** Whether rows break a rule that the live table has, which may show on branches. */
  boolean isRefusedBy(SchemaModel live) {
    SchemaModel strict = copy();
    strict
        .columns()
        .replaceAll(column ->
            column.required(
                column.required() || live.column(column.id()).filter(Part::required).isPresent()));
    live.rules().forEach(strict.rules()::putIfAbsent);
    return !strict.broken().isEmpty();
  }

  /** Rows by key, with the names of columns. */
  SortedMap<Integer, SortedMap<String, String>> told() {
    SortedMap<Integer, SortedMap<String, String>> told = new TreeMap<>();
    rows.forEach((key, row) -> {
      SortedMap<String, String> line = new TreeMap<>();
      columns.forEach(column ->
          line.put(
              column.name(),
              column.id().equals(KEY) ? Integer.toString(key) : row.get(column.id())));
      told.put(key, line);
    });
    return told;
  }

  Set<String> schemaNames() {
    return columns.stream().map(Part::name).collect(Collectors.toSet());
  }

  /** Columns by name, and names of rules and indexes. */
  SortedMap<String, String> schema() {
    SortedMap<String, String> told = new TreeMap<>();
    columns.forEach(
        column -> told.put(column.name(), column.type() + (column.required() ? " NOT NULL" : "")));
    rules.forEach((name, rule) -> told.put(name, rule.kind() == Kind.INDEX ? "index" : "rule"));
    return told;
  }

  /** Merges by the ids of columns, then rows field by field. */
  static Merge merge(SchemaModel base, SchemaModel ours, SchemaModel theirs) {
    List<String> conflicts = new ArrayList<>();
    List<String> doubts = new ArrayList<>();
    SchemaModel other = unified(base, ours, theirs, doubts);
    SchemaModel merged = new SchemaModel(new ArrayList<>(), new TreeMap<>(), new TreeMap<>());
    List<Part> all = new ArrayList<>(ours.columns());
    other.columns().stream().filter(c -> ours.column(c.id()).isEmpty()).forEach(all::add);
    for (Part each : all) {
      Part b = base.column(each.id()).orElse(null);
      Part o = ours.column(each.id()).orElse(null);
      Part t = other.column(each.id()).orElse(null);
      if (o != null && t != null) {
        merged
            .columns()
            .add(
                new Part(
                    each.id(),
                    one(b == null ? null : b.name(), o.name(), t.name(), conflicts),
                    one(b == null ? null : b.type(), o.type(), t.type(), doubts),
                    b == null
                        ? o.required() || t.required()
                        : one(b.required(), o.required(), t.required(), doubts),
                    o.initial(),
                    o.filled()));
      } else if (b == null) {
        merged.columns().add(each);
      } else {
        dropped(
            b, each, base, o == null ? other : ours, o == null ? ours : other, conflicts, doubts);
      }
    }
    rules(merged, base, ours, other, doubts);
    rows(merged, base, ours, other, conflicts);
    Set<String> names = new HashSet<>();
    merged.columns().stream()
        .filter(column -> !names.add(column.name()))
        .forEach(column -> doubts.add("two columns " + column.name()));
    merged.broken().forEach(rule -> conflicts.add("broken " + rule));
    return new Merge(merged, conflicts, doubts);
  }

  /** What both have added under one name is one column, with the id of ours. */
  private static SchemaModel unified(
      SchemaModel base, SchemaModel ours, SchemaModel theirs, List<String> doubts) {
    SchemaModel other = theirs.copy();
    for (Part column : theirs.columns()) {
      ours.columns().stream()
          .filter(c -> c.name().equals(column.name()) && !c.id().equals(column.id()))
          .filter(c -> base.column(c.id()).isEmpty() && base.column(column.id()).isEmpty())
          .findFirst()
          .ifPresent(c -> {
            if (!c.type().equals(column.type())
                || c.required() != column.required()
                || !Objects.equals(c.initial(), column.initial())
                || c.filled()
                || column.filled()) {
              doubts.add("both added " + c.name());
            }
            other.exchange(
                column,
                new Part(
                    c.id(), column.name(), column.type(), column.required(), c.initial(), false));
          });
    }
    return other;
  }

  private static <T> T one(T base, T ours, T theirs, List<String> conflicts) {
    if (!ours.equals(theirs) && !ours.equals(base) && !theirs.equals(base)) {
      conflicts.add(base + " is " + ours + " and " + theirs);
    }
    return ours.equals(base) ? theirs : ours;
  }

  private static void dropped(
      Part before,
      Part now,
      SchemaModel base,
      SchemaModel keeps,
      SchemaModel lost,
      List<String> conflicts,
      List<String> doubts) {
    String id = before.id();
    if (!before.equals(now)
        || keeps.rules().entrySet().stream()
            .anyMatch(rule ->
                rule.getValue().column().equals(id) && !base.rules().containsKey(rule.getKey()))) {
      doubts.add("dropped and changed " + before.name());
    }
    keeps
        .rows()
        .forEach((key, row) -> {
          Map<String, String> former = base.rows().get(key);
          if (former == null) {
            if (id.equals(DEFAULTED) || !Objects.equals(row.get(id), before.initial())) {
              doubts.add("dropped and added " + before.name());
            }
          } else if (!Objects.equals(row.get(id), former.get(id))) {
            if (lost.rows().containsKey(key)) {
              conflicts.add("dropped and written " + before.name() + " of " + key);
            } else {
              doubts.add("dropped and written, row deleted " + before.name() + " of " + key);
            }
          }
        });
  }

  private static void rules(
      SchemaModel merged,
      SchemaModel base,
      SchemaModel ours,
      SchemaModel theirs,
      List<String> doubts) {
    Set<String> names = new HashSet<>(ours.rules().keySet());
    names.addAll(theirs.rules().keySet());
    for (String name : names) {
      Rule o = ours.rules().get(name);
      Rule t = theirs.rules().get(name);
      Rule b = base.rules().get(name);
      if (b != null && (o == null || t == null)) {
        continue;
      }
      Rule found = o != null && merged.column(o.column()).isPresent() ? o : t;
      if (found == null || merged.column(found.column()).isEmpty()) {
        doubts.add("rule " + name + " without its column");
      } else {
        merged.rules().put(name, found);
      }
    }
  }

  private static void rows(
      SchemaModel merged,
      SchemaModel base,
      SchemaModel ours,
      SchemaModel theirs,
      List<String> conflicts) {
    Set<Integer> keys = new HashSet<>(base.rows().keySet());
    keys.addAll(ours.rows().keySet());
    keys.addAll(theirs.rows().keySet());
    for (int key : keys) {
      Map<String, String> b = filled(merged, base, base, key);
      Map<String, String> o = filled(merged, base, ours, key);
      Map<String, String> t = filled(merged, base, theirs, key);
      if (Objects.equals(o, t) || Objects.equals(t, b)) {
        put(merged, key, o);
      } else if (Objects.equals(o, b)) {
        put(merged, key, t);
      } else if (b == null || o == null || t == null) {
        conflicts.add("row " + key);
      } else {
        Map<String, String> row = new HashMap<>();
        for (String id : o.keySet()) {
          boolean same = Objects.equals(o.get(id), b.get(id));
          row.put(id, same ? t.get(id) : o.get(id));
          if (!same
              && !Objects.equals(t.get(id), b.get(id))
              && !Objects.equals(t.get(id), o.get(id))) {
            conflicts.add("field " + id + " of " + key);
          }
        }
        put(merged, key, row);
      }
    }
  }

  private static void put(SchemaModel model, int key, Map<String, String> row) {
    if (row != null) {
      model.rows().put(key, new HashMap<>(row));
    }
  }

  /** What rows have that were there before the column: none were, where each has its own value. */
  private static String begun(Part column) {
    return column.filled() || column.id().equals(DEFAULTED) ? null : column.initial();
  }

  /** A row with all merged columns: those that a side lacks are there as at the base. */
  private static Map<String, String> filled(
      SchemaModel merged, SchemaModel base, SchemaModel side, int key) {
    Map<String, String> row = side.rows().get(key);
    if (row == null) {
      return null;
    }
    Map<String, String> former = base.rows().getOrDefault(key, Map.of());
    Map<String, String> filled = new HashMap<>();
    for (Part column : merged.columns()) {
      if (!column.id().equals(KEY)) {
        filled.put(
            column.id(),
            side.column(column.id()).isPresent()
                ? row.get(column.id())
                : former.containsKey(column.id()) ? former.get(column.id()) : begun(column));
      }
    }
    return filled;
  }
}

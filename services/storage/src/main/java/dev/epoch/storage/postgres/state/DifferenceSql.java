package dev.epoch.storage.postgres.state;

import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.codec.Quote;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Rows of several states side by side, for the keys whose rows differ between two of them. */
final class DifferenceSql {
  private final TableColumns columns;
  private final Set<LayerSource> empty;

  DifferenceSql(TableColumns columns) {
    this(columns, Set.of());
  }

  /**
   * @param empty relations that are known to hold nothing in the snapshot in which the SQL will run
   */
  DifferenceSql(TableColumns columns, Set<LayerSource> empty) {
    this.columns = columns;
    this.empty = empty;
  }

  /**
   * A SELECT with, in this order: the key columns; for each state whether it has the row; for each
   * state the columns. Both as {@link TableColumns#sent} has them.
   *
   * @param states the first two are compared
   * @param conditions further ones, about {@code s.p0...} (presence)
   */
  String select(KeySource keys, List<PhysicalState> states, List<String> conditions) {
    return select(keys, states, "", conditions);
  }

  /**
   * {@link #select} in the order of the keys. The order is asked for where the keys are joined, so
   * that the planner may take them in order and keep that through the joins: the states' rows, side
   * by side, need not be sorted, and the first come before the last are found.
   *
   * @param after only keys behind this one, null for all
   */
  String ordered(
      KeySource keys,
      List<PhysicalState> states,
      RowKey after,
      List<String> conditions,
      SqlParameters parameters) {
    List<String> joined = columns.key().stream().map(name -> "k." + name).toList();
    String behind =
        after == null
            ? ""
            : "WHERE " + columns.behind(joined, keyParameters(after, parameters)) + "\n";
    return select(
            keys.ordered(columns),
            states,
            behind + "ORDER BY " + String.join(", ", joined),
            conditions)
        + " ORDER BY "
        + String.join(", ", keyNames());
  }

  /**
   * A SELECT for people: {@code change_type}, the key, and the columns of both states as {@code
   * before_...} and {@code after_...}, with their types.
   *
   * @param names of the columns, in their order
   */
  String typed(KeySource keys, PhysicalState before, PhysicalState after, List<String> names) {
    List<String> outer = new ArrayList<>();
    outer.add(
        "CASE WHEN NOT s.p0 THEN 'insert' WHEN NOT s.p1 THEN 'delete' ELSE 'update' END AS change_type");
    boolean hidden = columns.schema().appendOnly();
    for (int i = 0; i < columns.key().size() && !hidden; i++) {
      String name = names.get(columns.all().indexOf(columns.key().get(i)));
      outer.add("s.k" + i + " AS " + Quote.identifier(name));
    }
    for (int column = 0; column < names.size(); column++) {
      if (hidden && columns.key().contains(columns.all().get(column))) {
        continue;
      }
      outer.add("s.s0_" + column + " AS " + Quote.identifier("before_" + names.get(column)));
      outer.add("s.s1_" + column + " AS " + Quote.identifier("after_" + names.get(column)));
    }
    return select(keys, List.of(before, after), "", List.of(), outer);
  }

  private String select(
      KeySource keys, List<PhysicalState> states, String tail, List<String> conditions) {
    List<String> outer = new ArrayList<>();
    for (int i = 0; i < columns.key().size(); i++) {
      outer.add(columns.sent(columns.key().get(i), "s.k" + i));
    }
    for (int i = 0; i < states.size(); i++) {
      outer.add("s.p" + i);
    }
    for (int i = 0; i < states.size(); i++) {
      for (int column = 0; column < columns.all().size(); column++) {
        outer.add(columns.sent(columns.all().get(column), "s.s" + i + "_" + column));
      }
    }
    return select(keys, states, tail, conditions, outer);
  }

  private String select(
      KeySource keys,
      List<PhysicalState> states,
      String tail,
      List<String> conditions,
      List<String> outer) {
    KeyedStates keyed = new KeyedStates(columns, "k", empty, keys.images());
    List<String> inner = new ArrayList<>();
    for (int i = 0; i < columns.key().size(); i++) {
      inner.add("k." + columns.key().get(i) + " AS k" + i);
    }
    for (int i = 0; i < states.size(); i++) {
      KeyedStates.StateAtKey state = keyed.add(states.get(i));
      inner.add(state.present() + " AS p" + i);
      inner.add(state.numberedColumns("s" + i + "_"));
    }
    List<String> all = new ArrayList<>();
    all.add(
        "(s.p0 <> s.p1 OR s.p0 AND record_image_ne(ROW(%s), ROW(%s)))"
            .formatted(numbered("s.s0_"), numbered("s.s1_")));
    all.addAll(conditions);
    return """
    %sSELECT %s
    FROM (
    SELECT %s
    FROM %s k %s
    %s
    OFFSET 0
    ) s
    WHERE %s\
    """
        .formatted(
            keys.with(),
            String.join(", ", outer),
            String.join(", ", inner),
            keys.relation(),
            keyed.joins(),
            tail,
            String.join("\nAND ", all));
  }

  private String numbered(String prefix) {
    StringBuilder sql = new StringBuilder();
    for (int i = 0; i < columns.all().size(); i++) {
      sql.append(i == 0 ? "" : ", ").append(prefix).append(i);
    }
    return sql.toString();
  }

  /** Only changes of some kinds, null for all. */
  static String ofKinds(Set<RowChange.Kind> kinds) {
    if (kinds.size() == RowChange.Kind.values().length) {
      return "TRUE";
    }
    List<String> any = new ArrayList<>();
    for (RowChange.Kind kind : kinds) {
      any.add(
          switch (kind) {
            case INSERT -> "NOT s.p0";
            case DELETE -> "NOT s.p1";
            case UPDATE -> "s.p0 AND s.p1";
          });
    }
    return any.isEmpty() ? "FALSE" : "(" + String.join(" OR ", any) + ")";
  }

  /** Typed parameters for the values of a key. */
  List<String> keyParameters(RowKey key, SqlParameters parameters) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < columns.key().size(); i++) {
      values.add(columns.parameter(columns.key().get(i), parameters.add(key.get(i))));
    }
    return values;
  }

  private List<String> keyNames() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < columns.key().size(); i++) {
      names.add("s.k" + i);
    }
    return names;
  }
}

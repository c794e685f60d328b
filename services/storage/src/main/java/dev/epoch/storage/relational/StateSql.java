package dev.epoch.storage.relational;

import dev.epoch.events.table.Column;
import dev.epoch.storage.layered.KeySource;
import dev.epoch.storage.layered.Layer;
import dev.epoch.storage.layered.StateLayers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * States of a table as SQL.
 *
 * <pre>
 *   state   =  rows of its first layer
 *              UNION ALL  rows of the second whose key the first does not decide
 *              UNION ALL  ...
 * </pre>
 */
final class StateSql {
  /** What a layer's rows are called in the queries made here. */
  static final String ROW = "x";

  private final Dialect dialect;
  private final ColumnCodec codec;
  private final LayerTable table;
  private final ToLongFunction<String> branches;

  /**
   * @param branches numbers of branches by id
   */
  StateSql(Dialect dialect, ColumnCodec codec, LayerTable table, ToLongFunction<String> branches) {
    this.dialect = dialect;
    this.codec = codec;
    this.table = table;
    this.branches = branches;
  }

  /**
   * All rows of a state.
   *
   * @param from what stands before the layer in FROM, joined with its row; empty for nothing
   * @param first columns before those of the rows; empty, or with a comma behind
   * @param where further conditions on a row of a layer, or null
   */
  String select(
      List<Column> columns,
      StateLayers state,
      String from,
      String first,
      Function<Layer, String> where) {
    return String.join(" UNION ALL ", arms(columns, state, from, first, where));
  }

  /** The same, one query for each layer; no key is in two of them. */
  List<String> arms(
      List<Column> columns,
      StateLayers state,
      String from,
      String first,
      Function<Layer, String> where) {
    List<Layer> layers = deciding(state);
    List<String> arms = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      List<String> conditions = new ArrayList<>();
      String further = where == null ? null : where.apply(layer);
      if (further != null) {
        conditions.add(further);
      }
      conditions.add(present(layer, ROW));
      conditions.addAll(undecided(layers, i, layer, ROW));
      conditions.removeIf(String::isEmpty);
      arms.add(
          "SELECT %s%s FROM %s%s %s%s"
              .formatted(
                  first,
                  columns.stream()
                      .map(column -> named(layer, column))
                      .collect(Collectors.joining(", ")),
                  from,
                  name(layer),
                  ROW,
                  conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions)));
    }
    return arms;
  }

  private String named(Layer layer, Column column) {
    String value =
        dialect.selected(
            value(layer, ROW, column), column.type(), table.key().contains(column.id()));
    LayerTable.LayerColumn known = table.column(column.id());
    return known == null ? value : value + " AS " + known.name();
  }

  /** History as of now decides nothing. */
  private static List<Layer> deciding(StateLayers state) {
    return state.layers().stream()
        .filter(layer -> !layer.equals(new Layer.History(Layer.UNCOMMITTED)))
        .toList();
  }

  private List<String> undecided(List<Layer> layers, int before, Layer layer, String row) {
    List<String> conditions = new ArrayList<>();
    for (Layer earlier : layers.subList(0, before)) {
      conditions.add(
          "NOT EXISTS (SELECT 1 FROM %s e WHERE %s AND %s)"
              .formatted(name(earlier), decides(earlier, "e"), sameKey(earlier, "e", layer, row)));
    }
    return conditions;
  }

  /**
   * Whether a row of a layer table says what a state says of its key: the same values, or none.
   *
   * @param outer name of the layer table, in which the row is
   */
  String unchanged(String outer, List<Column> columns, StateLayers state) {
    List<Layer> layers = deciding(state);
    List<String> same = new ArrayList<>();
    List<String> there = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      List<String> conditions = new ArrayList<>();
      conditions.add(sameKey(layer, ROW, new Layer.History(0), outer));
      conditions.add(present(layer, ROW));
      conditions.addAll(undecided(layers, i, layer, ROW));
      conditions.removeIf(String::isEmpty);
      String exists =
          "EXISTS (SELECT 1 FROM %s %s WHERE %s"
              .formatted(name(layer), ROW, String.join(" AND ", conditions));
      there.add(exists + ")");
      StringBuilder values = new StringBuilder();
      for (Column column : columns) {
        LayerTable.LayerColumn known = table.column(column.id());
        if (known != null && readable(layer, column)) {
          values
              .append(" AND ")
              .append(
                  dialect.same(
                      outer + "." + known.name(), value(layer, ROW, column), column.type()));
        }
      }
      same.add(exists + values + ")");
    }
    if (layers.isEmpty()) {
      return outer + ".present = 0";
    }
    return "(%1$s.present = 1 AND (%2$s) OR %1$s.present = 0 AND NOT (%3$s))"
        .formatted(outer, String.join(" OR ", same), String.join(" OR ", there));
  }

  private boolean readable(Layer layer, Column column) {
    return !(layer instanceof Layer.Live)
        || table.archived()
        || table.live().containsKey(column.id());
  }

  /** Keys, under their names in layer tables. */
  String keys(List<KeySource> sources) {
    return sources.stream().map(this::keys).collect(Collectors.joining(" UNION "));
  }

  private String keys(KeySource source) {
    return switch (source) {
      case KeySource.OfWorking(String branch) ->
          layerKeys(table.overlay(), decides(new Layer.Working(branch), ROW));
      case KeySource.OfOverlay(String branch, long position) ->
          layerKeys(table.overlay(), decides(new Layer.Overlay(branch, position), ROW));
      case KeySource.OverlayBetween(String branch, long after, long upTo) -> {
        long number = branches.applyAsLong(branch);
        String between = "branch = " + number + " AND %1$s > " + after + " AND %1$s <= " + upTo;
        yield layerKeys(table.overlay(), between.formatted("valid_from"))
            + " UNION "
            + layerKeys(table.overlay(), between.formatted("valid_to"));
      }
      case KeySource.HistoryBetween(long after, long upTo) ->
          layerKeys(table.history(), "valid_to > " + after + " AND valid_to <= " + upTo);
      case KeySource.OfState(List<Layer> layers) ->
          select(keyColumns(), new StateLayers(layers), "", "", null);
    };
  }

  private String layerKeys(String layer, String condition) {
    return "SELECT DISTINCT %s FROM %s %s WHERE %s"
        .formatted(String.join(", ", table.keyNames()), layer, ROW, condition);
  }

  private List<Column> keyColumns() {
    return table.key().stream().map(id -> table.column(id).column()).toList();
  }

  // ---- one layer

  String name(Layer layer) {
    return switch (layer) {
      case Layer.Working _, Layer.Overlay _ -> table.overlay();
      case Layer.History _ -> table.history();
      case Layer.Live _ when table.archived() -> table.archive();
      case Layer.Live _ -> dialect.table(table.path());
    };
  }

  /** Rows of its table that are of the layer. */
  String decides(Layer layer, String row) {
    return switch (layer) {
      case Layer.Working(String branch) ->
          "%1$s.branch = %2$d AND %1$s.valid_from = %3$d"
              .formatted(row, branches.applyAsLong(branch), Layer.UNCOMMITTED);
      case Layer.Overlay(String branch, long position) ->
          "%1$s.branch = %2$d AND %1$s.valid_from <= %3$d AND %1$s.valid_to > %3$d"
              .formatted(row, branches.applyAsLong(branch), position);
      case Layer.History(long anchor) ->
          "%1$s.valid_from <= %2$d AND %1$s.valid_to > %2$d".formatted(row, anchor)
              + (dialect.capturesBeginnings() ? "" : " AND " + begins(anchor, row));
      case Layer.Live _ -> "";
    };
  }

  /** Whether a row of history whose beginning is not noted began at a position, or before. */
  private String begins(long anchor, String row) {
    return "(%1$s.valid_from >= 0 OR NOT EXISTS (SELECT 1 FROM %2$s p WHERE %3$s AND p.valid_to > %4$d AND p.valid_to < %5$d))"
        .formatted(
            row,
            table.history(),
            table.keyNames().stream()
                .map(name -> "p." + name + " = " + row + "." + name)
                .collect(Collectors.joining(" AND ")),
            anchor,
            Layer.UNCOMMITTED);
  }

  private String present(Layer layer, String row) {
    return layer instanceof Layer.Live ? "" : decides(layer, row) + " AND " + row + ".present = 1";
  }

  /** Whether rows of two layers, or of tables with the names of layers, have one key. */
  String sameKey(Layer left, String leftRow, Layer right, String rightRow) {
    List<String> equal = new ArrayList<>();
    for (String id : table.key()) {
      equal.add(key(left, leftRow, id) + " = " + key(right, rightRow, id));
    }
    return String.join(" AND ", equal);
  }

  /** A column of the key in a row of a layer. */
  String key(Layer layer, String row, String id) {
    LayerTable.LayerColumn column = table.column(id);
    boolean live = layer instanceof Layer.Live && !table.archived();
    String name =
        live ? dialect.quote(table.live().getOrDefault(id, column.column().name())) : column.name();
    return dialect.keyed(row + "." + name, column.column().type());
  }

  /** A column's value in a row of a layer. */
  String value(Layer layer, String row, Column column) {
    LayerTable.LayerColumn known = table.column(column.id());
    if (known == null) {
      return column.initialDefault() == null
          ? "NULL"
          : codec.literal(column.type(), column.initialDefault());
    }
    if (layer instanceof Layer.Live && !table.archived()) {
      String name = table.live().get(column.id());
      return name == null ? "NULL" : row + "." + dialect.quote(name);
    }
    return row + "." + known.name();
  }
}

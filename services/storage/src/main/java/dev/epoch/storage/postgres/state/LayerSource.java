package dev.epoch.storage.postgres.state;

import dev.epoch.storage.postgres.catalog.TableColumns;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Rows of one of Epoch's relations that say something about a state.
 *
 * @param relation quoted name with schema
 * @param position of a history's rows: those that were current at it; {@link PhysicalState#NOW} for
 *     all rows of a relation that is no history
 */
record LayerSource(String relation, long position) {
  static LayerSource all(String relation) {
    return new LayerSource(relation, PhysicalState.NOW);
  }

  static LayerSource at(String history, long position) {
    return new LayerSource(history, position);
  }

  /** Which of the relation's rows count. */
  String condition(String alias) {
    return position == PhysicalState.NOW
        ? "TRUE"
        : "%1$s.epoch_from <= %2$d AND %2$d < %1$s.epoch_to".formatted(alias, position);
  }

  /**
   * {@link #condition} for rows that are looked up by their key. The position is no constant to the
   * planner: statistics of a history that has grown since say "no row is that young", and the index
   * of positions, which then looks as good as the key's, would be read as a whole for each key.
   */
  String conditionAtKey(String alias) {
    return position == PhysicalState.NOW
        ? "TRUE"
        : "%1$s.epoch_from <= (SELECT %2$d::bigint) AND (SELECT %2$d::bigint) < %1$s.epoch_to"
            .formatted(alias, position);
  }

  /** No such row has the key of {@code alias}; the planner makes a join of it. */
  String absent(TableColumns columns, String alias) {
    return "NOT EXISTS (SELECT FROM %s t WHERE %s AND %s)"
        .formatted(relation, columns.sameKey("t", alias), conditionAtKey("t"));
  }

  /** The keys of the rows that count. */
  String keys(TableColumns columns) {
    return "SELECT %s FROM %s t%s"
        .formatted(
            columns.key("t"),
            relation,
            position == PhysicalState.NOW ? "" : " WHERE " + condition("t"));
  }

  /**
   * None of the layers has a row with the key of {@code alias}. All their keys are one set, which
   * is looked up once per row. The planner makes no join of it but a hashed subplan or probes of
   * the indexes: statistics of a table that was empty when it was last looked at say "no rows", and
   * a join planned with them may scan the table once for every key.
   */
  static String absentUnjoined(List<LayerSource> layers, TableColumns columns, String alias) {
    return "(NOT EXISTS (SELECT FROM (%s) hidden WHERE %s)) IS TRUE"
        .formatted(
            layers.stream()
                .map(layer -> layer.keys(columns))
                .collect(Collectors.joining(" UNION ALL ")),
            columns.sameKey("hidden", alias));
  }
}

package dev.epoch.storage.postgres;

/**
 * Rows of one of Epoch's relations that say something about a state.
 *
 * @param relation quoted name with schema
 * @param position of a history's rows: those that were current at it; {@link PhysicalState#NOW} for
 *     all rows of a relation that is no history
 */
record Sidecar(String relation, long position) {
  static Sidecar all(String relation) {
    return new Sidecar(relation, PhysicalState.NOW);
  }

  static Sidecar at(String history, long position) {
    return new Sidecar(history, position);
  }

  /** Which of the relation's rows count. */
  String condition(String alias) {
    return position == PhysicalState.NOW
        ? "TRUE"
        : "%1$s.epoch_from <= %2$d AND %2$d < %1$s.epoch_to".formatted(alias, position);
  }

  /** No such row has the key of {@code alias}; the planner makes a join of it. */
  String absent(TableColumns columns, String alias) {
    return "NOT EXISTS (SELECT FROM %s t WHERE %s AND %s)"
        .formatted(relation, columns.sameKey("t", alias), condition("t"));
  }

  /**
   * The same, of which the planner makes no join but a hashed subplan or probes of the index:
   * statistics of a table that was empty when it was last looked at say "no rows", and a join
   * planned with them may scan the table once for every key.
   */
  String absentUnjoined(TableColumns columns, String alias) {
    return "(" + absent(columns, alias) + ") IS TRUE";
  }
}

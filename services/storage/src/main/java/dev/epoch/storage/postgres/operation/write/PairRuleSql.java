package dev.epoch.storage.postgres.operation.write;

import dev.epoch.storage.postgres.catalog.ConstraintCatalog.PairRule;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.state.StateSql;
import java.util.ArrayList;
import java.util.List;

/** Finds rows that a uniqueness or exclusion rule does not allow beside each other. */
public final class PairRuleSql {
  private final TableColumns columns;
  private final PairRule rule;

  public PairRuleSql(TableColumns columns, PairRule rule) {
    this.columns = columns;
    this.rule = rule;
  }

  /**
   * Staged rows that break the rule, in statements that each give: key of the staged row as text,
   * the values, key of the other row as text in one column.
   *
   * @param others parts of the state beneath the staged rows
   */
  public List<String> violations(StagedTable staged, List<StateSql.Part> others) {
    List<String> statements = new ArrayList<>();
    statements.add(
        """
        SELECT %s, concat_ws(', ', %s), concat_ws(',', %s)
        FROM %s s JOIN %s o ON %s
        WHERE NOT (%s)\
        """
            .formatted(
                keyTexts("s"),
                values("s"),
                keyTexts("o"),
                stagedValues(staged, "epoch_kind = 1"),
                stagedValues(staged, "epoch_kind = 1"),
                related(place -> "o.epoch_e" + place),
                sameKey(name -> "o.epoch_k" + columns.key().indexOf(name))));
    for (StateSql.Part part : others) {
      statements.add(
          """
          SELECT %s, concat_ws(', ', %s), concat_ws(',', %s)
          FROM %s s JOIN %s x ON %s AND %s
          WHERE %s AND %s\
          """
              .formatted(
                  keyTexts("s"),
                  values("s"),
                  columns.keyTexts("x"),
                  stagedValues(staged, "epoch_kind = 1"),
                  part.relation(),
                  related(place -> "(" + rule.expressions().get(place) + ")"),
                  predicate(),
                  part.condition(),
                  staged.absent("x")));
    }
    return statements;
  }

  /**
   * Changes staged updates that take a value which another row gives up by an update.
   *
   * @param assignment what to set in them
   * @param conditions about alias {@code t}, the row that takes, and {@code u}, the row that gives
   */
  String updateTakers(
      StagedTable staged, String liveRows, String assignment, List<String> conditions) {
    return """
    UPDATE %1$s t SET %9$s
    FROM %2$s s JOIN %3$s x ON %4$s AND %5$s
    WHERE %6$s AND NOT (%7$s)
    AND EXISTS (SELECT FROM %1$s u WHERE %8$s AND u.epoch_kind = 1 AND %10$s)
    """
        .formatted(
            staged.name(),
            stagedValues(staged, "epoch_kind = 1 AND epoch_changed IS NOT NULL"),
            liveRows,
            related(place -> "(" + rule.expressions().get(place) + ")"),
            predicate(),
            sameKey(name -> "t." + name),
            sameKey(name -> "x." + name),
            columns.sameKey("u", "x"),
            assignment,
            String.join(" AND ", conditions));
  }

  /** Staged rows that the rule is about: key as epoch_k0..., values as epoch_e0... */
  private String stagedValues(StagedTable staged, String condition) {
    List<String> selected = new ArrayList<>();
    for (int i = 0; i < columns.key().size(); i++) {
      selected.add(columns.key().get(i) + " AS epoch_k" + i);
    }
    for (int i = 0; i < rule.expressions().size(); i++) {
      selected.add("(" + rule.expressions().get(i) + ") AS epoch_e" + i);
    }
    return "(SELECT %s FROM %s WHERE %s AND %s)"
        .formatted(String.join(", ", selected), staged.name(), condition, predicate());
  }

  private String predicate() {
    return rule.predicate() == null ? "TRUE" : "(" + rule.predicate() + ")";
  }

  private String related(java.util.function.IntFunction<String> other) {
    List<String> conditions = new ArrayList<>();
    for (int i = 0; i < rule.expressions().size(); i++) {
      String mine = "s.epoch_e" + i;
      String related = other.apply(i) + " " + rule.operators().get(i) + " " + mine;
      conditions.add(
          rule.nullsEqual()
              ? "(%s OR %s IS NULL AND %s IS NULL)".formatted(related, other.apply(i), mine)
              : related);
    }
    return String.join(" AND ", conditions);
  }

  private String sameKey(java.util.function.UnaryOperator<String> other) {
    List<String> conditions = new ArrayList<>();
    for (int i = 0; i < columns.key().size(); i++) {
      String name = columns.key().get(i);
      conditions.add(columns.equal(name, "s.epoch_k" + i, other.apply(name)));
    }
    return String.join(" AND ", conditions);
  }

  private String keyTexts(String alias) {
    return numbered(alias + ".epoch_k", columns.key().size());
  }

  private String values(String alias) {
    return numbered(alias + ".epoch_e", rule.expressions().size());
  }

  private static String numbered(String prefix, int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(prefix + i + "::text");
    }
    return String.join(", ", names);
  }
}

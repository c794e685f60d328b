package dev.epoch.model.merge;

import dev.epoch.model.merge.rule.ConflictRule;
import dev.epoch.model.row.RowKey;
import java.util.Objects;

/**
 * What a rule settled.
 *
 * @param table name
 * @param key of the row
 * @param conflict the field; null for the row itself, which one side deleted
 * @param rule name of the rule, as settings have it
 * @param taken {@code ours}, {@code theirs} or {@code base}, or {@code value} for a new value
 * @param value canonical text that the field gets, or null; of a row null
 */
public record RuleDecision(
    String table, RowKey key, FieldConflict conflict, String rule, String taken, String value) {
  public RuleDecision {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(rule, "rule");
    Objects.requireNonNull(taken, "taken");
  }

  static RuleDecision ofRow(String table, RowKey key, ConflictRule rule, Pick.Side side) {
    return new RuleDecision(table, key, null, rule.wireName(), name(side), null);
  }

  static RuleDecision ofField(
      String table, RowKey key, FieldConflict conflict, ConflictRule rule, Pick pick) {
    return new RuleDecision(table, key, conflict, rule.wireName(), name(pick), pick.text(conflict));
  }

  private static String name(Pick pick) {
    return switch (pick) {
      case Pick.Side.BASE -> "base";
      case Pick.Side.OURS -> "ours";
      case Pick.Side.THEIRS -> "theirs";
      case Pick.Text _ -> "value";
    };
  }
}

package dev.epoch.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.merge.rule.Appended;
import dev.epoch.model.merge.rule.ConflictRule;
import dev.epoch.model.merge.rule.ConflictRules;
import dev.epoch.model.merge.rule.CounterSum;
import dev.epoch.model.merge.rule.ValueOrder;
import dev.epoch.model.row.Row;
import dev.epoch.model.value.JsonDocuments;
import java.util.Optional;
import java.util.OptionalInt;

/** Answers conflicts by the rules of a table, as {@link ConflictRule} lays down. */
final class RuleBook {
  private static final DataType JSON_NUMBER = DataType.of(DataType.Kind.DECIMAL, "numeric");

  private final TableSchema schema;
  private final ConflictRules rules;

  RuleBook(TableSchema schema, ConflictRules rules) {
    this.schema = schema;
    this.rules = rules;
  }

  /** Which side's row, absent or not, where one side deleted what the other changed. */
  Optional<Pick.Side> presence() {
    return switch (rules.table()) {
      case ConflictRule.SourceWins() -> Optional.of(Pick.Side.THEIRS);
      case ConflictRule.TargetWins() -> Optional.of(Pick.Side.OURS);
      case ConflictRule.AppendOnly() -> Optional.of(Pick.Side.BASE);
      case ConflictRule.Manual _,
          ConflictRule.LastWriteWins _,
          ConflictRule.Sum _,
          ConflictRule.Max _,
          ConflictRule.Min _ ->
          Optional.empty();
    };
  }

  /**
   * What to put in the place of a field conflict.
   *
   * @param baseKnown whether there is a base row and its value is not disputed
   */
  Optional<Pick> field(
      FieldConflict conflict, BaseRow base, boolean baseKnown, Row ours, Row theirs) {
    DataType type = typeOf(conflict);
    return switch (rules.field(conflict.name())) {
      case ConflictRule.Manual() -> Optional.empty();
      case ConflictRule.SourceWins() -> Optional.of(Pick.Side.THEIRS);
      case ConflictRule.TargetWins() -> Optional.of(Pick.Side.OURS);
      case ConflictRule.LastWriteWins(String field) -> later(field, ours, theirs);
      case ConflictRule.Sum() ->
          baseKnown || base.row() == null && !base.presenceDisputed()
              ? CounterSum.of(type, conflict.base(), conflict.ours(), conflict.theirs())
                  .map(Pick.Text::new)
              : Optional.empty();
      case ConflictRule.Max() -> greater(type, conflict, 1);
      case ConflictRule.Min() -> greater(type, conflict, -1);
      case ConflictRule.AppendOnly() -> appended(type, conflict, baseKnown);
    };
  }

  private Optional<Pick> appended(DataType type, FieldConflict conflict, boolean baseKnown) {
    if (!baseKnown) {
      return Optional.empty();
    }
    return rules.hasOwnRule(conflict.name())
        ? Appended.of(type, conflict.base(), conflict.ours(), conflict.theirs()).map(Pick.Text::new)
        : Optional.of(Pick.Side.BASE);
  }

  private Optional<Pick> later(String timestampField, Row ours, Row theirs) {
    int column = schema.indexOf(timestampField);
    if (column < 0 || ours.get(column) == null || theirs.get(column) == null) {
      return Optional.empty();
    }
    DataType type = schema.columns().get(column).type();
    return side(ValueOrder.compare(type, ours.get(column), theirs.get(column)));
  }

  private static Optional<Pick> greater(DataType type, FieldConflict conflict, int sign) {
    if (conflict.ours() == null || conflict.theirs() == null) {
      return Optional.empty();
    }
    OptionalInt order = ValueOrder.compare(type, conflict.ours(), conflict.theirs());
    return order.isEmpty() ? Optional.empty() : side(OptionalInt.of(sign * order.getAsInt()));
  }

  /** The side with the greater value. */
  private static Optional<Pick> side(OptionalInt order) {
    if (order.isEmpty() || order.getAsInt() == 0) {
      return Optional.empty();
    }
    return Optional.of(order.getAsInt() > 0 ? Pick.Side.OURS : Pick.Side.THEIRS);
  }

  /** Parts of JSON fields: numbers, or JSON. */
  private DataType typeOf(FieldConflict conflict) {
    DataType type = schema.columns().get(schema.indexOf(conflict.name())).type();
    if (conflict.path().isEmpty()) {
      return type;
    }
    boolean numbers = isNumber(conflict.ours()) && isNumber(conflict.theirs());
    return numbers && (conflict.base() == null || isNumber(conflict.base())) ? JSON_NUMBER : type;
  }

  private static boolean isNumber(String json) {
    return JsonDocuments.read(json).filter(JsonNode::isNumber).isPresent();
  }
}

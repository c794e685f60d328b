package dev.epoch.model.merge.rule;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.merge.ConflictType;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.RowConflict;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Which rule for a field would have settled its conflict, as one for such fields does. */
public final class FittingRule {
  private static final Set<ConflictType> OF_FIELDS =
      Set.of(ConflictType.MODIFY_MODIFY, ConflictType.ADD_ADD);

  /** Numbers of these names are raised, others count. */
  private static final Pattern VERSION =
      Pattern.compile(".*(version|revision|^rev$).*", Pattern.CASE_INSENSITIVE);

  private FittingRule() {}

  /**
   * <pre>
   *   time, version       max
   *   number              sum, if its type can hold it
   *   text, array, JSON   append_only, if both only appended
   *   any other           last_write_wins by a time that both sides set, if there is one in the conflict
   * </pre>
   *
   * @return empty if none of them has an answer
   */
  public static Optional<ConflictRule> of(
      TableSchema schema, RowConflict conflict, FieldConflict field) {
    Optional<Column> column = schema.column(field.name());
    if (column.isEmpty() || !field.path().isEmpty() || !OF_FIELDS.contains(conflict.type())) {
      return Optional.empty();
    }
    DataType type = column.get().type().base();
    if (isTime(type) || isNumber(type) && VERSION.matcher(field.name()).matches()) {
      return compares(type, field) ? Optional.of(new ConflictRule.Max()) : Optional.empty();
    }
    if (isNumber(type)
        && CounterSum.of(type, field.base(), field.ours(), field.theirs()).isPresent()) {
      return Optional.of(new ConflictRule.Sum());
    }
    if (Appended.of(type, field.base(), field.ours(), field.theirs()).isPresent()) {
      return Optional.of(new ConflictRule.AppendOnly());
    }
    return conflict.fields().stream()
        .filter(other -> other.path().isEmpty())
        .filter(other ->
            schema
                .column(other.name())
                .map(there -> there.type().base())
                .filter(there -> isTime(there) && compares(there, other))
                .isPresent())
        .findFirst()
        .map(time -> new ConflictRule.LastWriteWins(time.name()));
  }

  private static boolean isTime(DataType type) {
    return switch (type.kind()) {
      case DATE, TIMESTAMP, TIMESTAMP_WITH_ZONE -> true;
      default -> false;
    };
  }

  private static boolean isNumber(DataType type) {
    return switch (type.kind()) {
      case INTEGER, DECIMAL, FLOAT -> true;
      default -> false;
    };
  }

  private static boolean compares(DataType type, FieldConflict field) {
    return field.ours() != null
        && field.theirs() != null
        && ValueOrder.compare(type, field.ours(), field.theirs()).orElse(0) != 0;
  }
}

package dev.epoch.model.merge.rule;

import java.util.Objects;

/**
 * What settles a conflict without asking anybody. A rule is asked only where both sides changed a
 * field, or one side changed a row that the other deleted; where it has no answer, the conflict
 * stays, or the value that both sides have.
 *
 * <table>
 *   <caption>answers</caption>
 *   <tr><th>rule</th><th>field</th><th>row deleted on one side</th></tr>
 *   <tr><td>manual</td><td>none</td><td>none</td></tr>
 *   <tr><td>source wins</td><td>theirs</td><td>theirs</td></tr>
 *   <tr><td>target wins</td><td>ours</td><td>ours</td></tr>
 *   <tr><td>last write wins</td><td>of the row with the later timestamp; none if one is null or both
 *       are the same</td><td>none</td></tr>
 *   <tr><td>sum</td><td>ours + theirs - base, numbers only, an absent base counts 0; none if a side is
 *       null or the type cannot hold the sum</td><td>none</td></tr>
 *   <tr><td>max, min</td><td>the greater, the lesser; numbers, times, texts, enums; none if a side is
 *       null</td><td>none</td></tr>
 *   <tr><td>append only</td><td>of a table: the value of the base, a written row does not change; of a
 *       field: base, then what ours appended, then what theirs appended, for texts, arrays and JSON
 *       arrays that both only extended, else none</td><td>of a table: base, a written row stays</td></tr>
 * </table>
 */
public sealed interface ConflictRule {
  /** Somebody decides. */
  record Manual() implements ConflictRule {}

  /** The side that is merged wins. */
  record SourceWins() implements ConflictRule {}

  /** The side that is merged into wins. */
  record TargetWins() implements ConflictRule {}

  /**
   * The row with the later timestamp wins.
   *
   * @param timestampField column that says when the row was written
   */
  record LastWriteWins(String timestampField) implements ConflictRule {
    public LastWriteWins {
      Objects.requireNonNull(timestampField, "timestampField");
    }
  }

  /** Both changes count. */
  record Sum() implements ConflictRule {}

  /** The greater value wins. */
  record Max() implements ConflictRule {}

  /** The lesser value wins. */
  record Min() implements ConflictRule {}

  /** What is written stays; both sides may add. */
  record AppendOnly() implements ConflictRule {}

  /**
   * Whether two equal changes may come to another value than one of them: by the other rules the
   * result is the value that both sides have.
   */
  default boolean seesEqualChanges() {
    return switch (this) {
      case Sum(), AppendOnly() -> true;
      case Manual(), SourceWins(), TargetWins(), Max(), Min() -> false;
      case LastWriteWins _ -> false;
    };
  }

  /** Its name in a configuration. */
  default String wireName() {
    return switch (this) {
      case Manual() -> "manual";
      case SourceWins() -> "source_wins";
      case TargetWins() -> "target_wins";
      case LastWriteWins _ -> "last_write_wins";
      case Sum() -> "sum";
      case Max() -> "max";
      case Min() -> "min";
      case AppendOnly() -> "append_only";
    };
  }

  /**
   * The rule of that name in a configuration.
   *
   * @param name manual, source_wins, target_wins, last_write_wins, sum, max, min, append_only
   * @param timestampField for last_write_wins, else ignored
   * @throws IllegalArgumentException if there is no such rule, or it lacks its timestamp field
   */
  static ConflictRule of(String name, String timestampField) {
    return switch (name) {
      case "manual" -> new Manual();
      case "source_wins" -> new SourceWins();
      case "target_wins" -> new TargetWins();
      case "last_write_wins" -> {
        if (timestampField == null) {
          throw new IllegalArgumentException("last_write_wins needs a timestamp_field");
        }
        yield new LastWriteWins(timestampField);
      }
      case "sum" -> new Sum();
      case "max" -> new Max();
      case "min" -> new Min();
      case "append_only" -> new AppendOnly();
      default ->
          throw new IllegalArgumentException(
              "no conflict rule '"
                  + name
                  + "'; there are manual, source_wins, target_wins, last_write_wins, sum, max, min,"
                  + " append_only");
    };
  }
}

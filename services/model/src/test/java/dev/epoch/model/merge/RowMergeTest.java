package dev.epoch.model.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.Tables;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.ThreeWayRow;
import org.junit.jupiter.api.Test;

class RowMergeTest {
  private static final TableSchema USERS =
      Tables.table("id bigint", "name text", "balance numeric(10,2)");
  private static final RowKey KEY = RowKey.of("1");

  @Test
  void fieldsOfBothSidesComeTogether() {
    // given
    Row base = Row.of("1", "Alice", "10.00");
    Row ours = Row.of("1", "Alice", "12.00");
    Row theirs = Row.of("1", "Alice Smith", "10.0");

    // when
    MergeOutcome outcome = merge(base, ours, theirs);

    // then
    assertThat(outcome)
        .isEqualTo(
            new MergeOutcome.Write(new RowChange(KEY, ours, Row.of("1", "Alice Smith", "12.00"))));
  }

  @Test
  void fieldsThatBothChangedConflict() {
    // given
    Row base = Row.of("1", "Alice", "10.00");

    // when
    MergeOutcome outcome = merge(base, Row.of("1", "Bob", "11.00"), Row.of("1", "Eve", "10.00"));

    // then
    assertThat(outcome)
        .isEqualTo(
            new MergeOutcome.Conflict(
                new RowConflict(
                    "t1",
                    "users",
                    KEY,
                    ConflictType.MODIFY_MODIFY,
                    java.util.List.of(FieldConflict.whole("name", "Alice", "Bob", "Eve")),
                    null)));
  }

  private static MergeOutcome merge(Row base, Row ours, Row theirs) {
    return new RowMerge("t1", "users", USERS, MergeStrategy.DEFAULT, ConflictRules.MANUAL)
        .merge(new ThreeWayRow(KEY, base, ours, theirs));
  }
}

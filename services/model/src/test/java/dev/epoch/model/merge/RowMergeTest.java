package dev.epoch.model.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.Tables;
import dev.epoch.model.merge.rule.ConflictRules;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.ThreeWayRow;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowMergeTest {
  private static final TableSchema USERS =
      Tables.table("id bigint", "name text", "balance numeric(10,2)", "total *numeric");
  private static final RowKey KEY = RowKey.of("1");
  private static final Row BASE = user("Alice", "10.00", "1");

  /** The table of the published contract: ancestor, source, target. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "NULL",
      value = {
        "a,    a,    a,    a",
        "a,    s,    a,    s",
        "a,    a,    t,    t",
        "a,    s,    s,    s",
        "a,    s,    t,    CONFLICT",
        "NULL, s,    NULL, s",
        "NULL, NULL, t,    t",
        "NULL, s,    t,    CONFLICT",
        "a,    NULL, a,    NULL",
        "a,    a,    NULL, NULL",
        "a,    NULL, t,    CONFLICT",
        "'',   NULL, '',   NULL",
        "NULL, '',   NULL, ''"
      })
  void aField(String ancestor, String source, String target, String result) {
    // given
    Row ours = user(target, "11.00", "1");
    Row theirs = user(source, "10.00", "1");

    // when
    MergeOutcome outcome = merge(user(ancestor, "10.00", "1"), ours, theirs);

    // then
    if ("CONFLICT".equals(result)) {
      assertThat(outcome)
          .isEqualTo(
              conflict(
                  ConflictType.MODIFY_MODIFY,
                  FieldConflict.whole("name", ancestor, target, source)));
    } else if (java.util.Objects.equals(result, target)) {
      assertThat(outcome).isEqualTo(new MergeOutcome.Unchanged());
    } else {
      assertThat(outcome).isEqualTo(write(ours, user(result, "11.00", null)));
    }
  }

  @Test
  void aRowThatOneSideChangedIsTakenAsItIs() {
    Row theirs = user("Alice", "12.00", "7");

    assertThat(merge(BASE, BASE, theirs)).isEqualTo(write(BASE, theirs));
    assertThat(merge(BASE, theirs, BASE)).isEqualTo(new MergeOutcome.Unchanged());
    assertThat(merge(BASE, BASE, null)).isEqualTo(write(BASE, null));
    assertThat(merge(BASE, null, BASE)).isEqualTo(new MergeOutcome.Unchanged());
    assertThat(merge(null, null, BASE)).isEqualTo(write(null, BASE));
    assertThat(merge(null, BASE, null)).isEqualTo(new MergeOutcome.Unchanged());
  }

  @Test
  void theSameChangeOnBothSidesIsNone() {
    assertThat(merge(BASE, null, null)).isEqualTo(new MergeOutcome.Unchanged());
    assertThat(merge(null, BASE, user("Alice", "10.0", "9")))
        .isEqualTo(new MergeOutcome.Unchanged());
  }

  @Test
  void theSourceChangedWhatTheTargetDeleted() {
    assertThat(merge(BASE, null, user("Bob", "10.00", "1")))
        .isEqualTo(
            conflict(
                ConflictType.MODIFY_DELETE, FieldConflict.whole("name", "Alice", null, "Bob")));
  }

  @Test
  void theSourceDeletedWhatTheTargetChanged() {
    assertThat(merge(BASE, user("Bob", "10.00", "1"), null))
        .isEqualTo(
            conflict(
                ConflictType.DELETE_MODIFY, FieldConflict.whole("name", "Alice", "Bob", null)));
  }

  @Test
  void bothAddedTheRowAndItDiffers() {
    assertThat(merge(null, user("Bob", null, "1"), user("Eve", "10.00", "1")))
        .isEqualTo(
            conflict(
                ConflictType.ADD_ADD,
                FieldConflict.whole("name", null, "Bob", "Eve"),
                FieldConflict.whole("balance", null, null, "10.00")));
  }

  @Test
  void generatedColumnsAreNotLookedAt() {
    assertThat(merge(user("a", "1", "1"), user("a", "1", "2"), user("a", "1", "3")))
        .isEqualTo(new MergeOutcome.Unchanged());
  }

  @Test
  void strategiesSettleOnlyWhatConflicts() {
    Row ours = user("Bob", "11.00", "1");
    Row theirs = user("Eve", "10.00", "1");
    RowMerge merge = merge(ConflictRules.MANUAL);

    assertThat(merge.with(MergeStrategy.OURS).merge(new ThreeWayRow(KEY, BASE, ours, theirs)))
        .isEqualTo(new MergeOutcome.Unchanged());
    assertThat(merge.with(MergeStrategy.THEIRS).merge(new ThreeWayRow(KEY, BASE, ours, theirs)))
        .isEqualTo(write(ours, user("Eve", "11.00", null)));
    assertThat(merge.with(MergeStrategy.THEIRS).merge(new ThreeWayRow(KEY, BASE, ours, null)))
        .isEqualTo(write(ours, null));
    assertThat(merge.with(MergeStrategy.THEIRS).merge(new ThreeWayRow(KEY, BASE, null, theirs)))
        .isEqualTo(write(null, theirs));
    assertThat(merge.with(MergeStrategy.OURS).merge(new ThreeWayRow(KEY, BASE, null, theirs)))
        .isEqualTo(new MergeOutcome.Unchanged());
  }

  @Test
  void theIdOfAConflictDependsOnTableKeyTypeAndConstraint() {
    RowConflict one =
        new RowConflict("t1", "a", RowKey.of("1"), ConflictType.ADD_ADD, List.of(), null);
    List<RowConflict> others =
        List.of(
            one,
            new RowConflict("t2", "a", RowKey.of("1"), ConflictType.ADD_ADD, List.of(), null),
            new RowConflict("t1", "a", RowKey.of("1", ""), ConflictType.ADD_ADD, List.of(), null),
            new RowConflict("t1", "a", RowKey.of("1"), ConflictType.CONSTRAINT, List.of(), "c"),
            new RowConflict("t1", "a", RowKey.of("1"), ConflictType.CONSTRAINT, List.of(), "d"));

    assertThat(others.stream().map(RowConflict::id).distinct()).hasSize(5);
    assertThat(one.id()).hasSize(32).matches("[0-9a-f]*");
    assertThat(
            new RowConflict(
                    "t1",
                    "renamed",
                    RowKey.of("1"),
                    ConflictType.ADD_ADD,
                    List.of(FieldConflict.whole("x", null, "1", "2")),
                    null)
                .id())
        .isEqualTo(one.id());
  }

  @Test
  void wireNames() {
    for (MergeStrategy strategy : MergeStrategy.values()) {
      assertThat(MergeStrategy.of(strategy.wireName())).isEqualTo(strategy);
    }
    for (ConflictType type : ConflictType.values()) {
      assertThat(ConflictType.of(type.wireName())).isEqualTo(type);
    }
  }

  private static Row user(String name, String balance, String total) {
    return Row.of("1", name, balance, total);
  }

  private static MergeOutcome merge(Row base, Row ours, Row theirs) {
    return merge(ConflictRules.MANUAL).merge(new ThreeWayRow(KEY, base, ours, theirs));
  }

  private static RowMerge merge(ConflictRules rules) {
    return new RowMerge("t1", "users", USERS, MergeStrategy.DEFAULT, rules);
  }

  private static MergeOutcome write(Row ours, Row merged) {
    return new MergeOutcome.Write(new RowChange(KEY, ours, merged));
  }

  private static MergeOutcome conflict(ConflictType type, FieldConflict... fields) {
    return new MergeOutcome.Conflict(
        new RowConflict("t1", "users", KEY, type, List.of(fields), null));
  }
}

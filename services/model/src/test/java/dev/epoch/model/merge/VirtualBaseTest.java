package dev.epoch.model.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.Tables;
import dev.epoch.model.commit.CommitId;
import dev.epoch.model.commit.MergeBase;
import dev.epoch.model.merge.rule.ConflictRule;
import dev.epoch.model.merge.rule.ConflictRules;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The history of every case; the rows of A and B are merged to a virtual base of M and N.
 *
 * <pre>
 *   R---A---M  ours
 *    \   \ /
 *     \   X
 *      \ / \
 *       B---N  theirs
 * </pre>
 */
class VirtualBaseTest {
  private static final TableSchema TABLE =
      Tables.table("id bigint", "x text", "y text", "n bigint", "data jsonb");
  private static final RowKey KEY = RowKey.of("1");
  private static final CommitId R = new CommitId("00".repeat(32));
  private static final CommitId A = new CommitId("aa".repeat(32));
  private static final CommitId B = new CommitId("bb".repeat(32));
  private static final MergeBase BASE =
      new MergeBase.Virtual(new MergeBase.Commit(A), B, new MergeBase.Commit(R));

  private final RowMerge merge =
      new RowMerge(
          "t1",
          "things",
          TABLE,
          MergeStrategy.DEFAULT,
          new ConflictRules(new ConflictRule.Manual(), Map.of("n", new ConflictRule.Sum())));

  @Test
  void basesThatAgreeAreTheBase() {
    Row row = row("1", "1");
    assertThat(base(row("0", "0"), row, row)).isEqualTo(BaseRow.of(row));
    assertThat(base(row, null, null)).isEqualTo(BaseRow.of(null));
    assertThat(base(null, null, null)).isEqualTo(BaseRow.of(null));
  }

  @Test
  void disjointChangesComeTogether() {
    assertThat(base(row("0", "0"), row("1", "0"), row("0", "2")))
        .isEqualTo(BaseRow.of(row("1", "2")));
    assertThat(base(row("0", "0"), row("0", "0"), null)).isEqualTo(BaseRow.of(null));
    assertThat(base(null, row("0", "0"), null)).isEqualTo(BaseRow.of(row("0", "0")));
  }

  /** Each base alone as the base would take one resolution as the only change. */
  @Test
  void aDisputedFieldConflictsWhicheverWayEachSideSettledIt() {
    BaseRow base = base(row("0", "0"), row("1", "0"), row("2", "5"));
    assertThat(base).isEqualTo(new BaseRow(row("0", "5"), Set.of("x"), false));

    for (String ours : new String[] {"0", "1", "2", "3"}) {
      for (String theirs : new String[] {"0", "1", "2", "3"}) {
        MergeOutcome outcome = merge.merge(KEY, base, row(ours, "5"), row(theirs, "5"));
        if (ours.equals(theirs)) {
          assertThat(outcome).isEqualTo(new MergeOutcome.Unchanged());
        } else {
          assertThat(((MergeOutcome.Conflict) outcome).conflict().fields())
              .containsExactly(FieldConflict.whole("x", "0", ours, theirs));
        }
      }
    }
  }

  @Test
  void whatIsNotDisputedInTheSameRowMergesAsEver() {
    BaseRow base = base(row("0", "0"), row("1", "0"), row("2", "0"));

    assertThat(merge.merge(KEY, base, row("1", "7"), row("1", "0")))
        .isEqualTo(new MergeOutcome.Unchanged());
    assertThat(
            ((MergeOutcome.Write) merge.merge(KEY, base, row("1", "0"), row("1", "7")))
                .change()
                .after())
        .isEqualTo(row("1", "7"));
  }

  @Test
  void aRowThatBothBasesAddedDifferently() {
    BaseRow base = base(null, row("1", "0"), row("2", "0"));

    assertThat(base).isEqualTo(new BaseRow(row(null, "0"), Set.of("x"), false));
    assertThat(merge.merge(KEY, base, row("1", "0"), row("2", "0")))
        .isInstanceOf(MergeOutcome.Conflict.class);
    assertThat(merge.merge(KEY, base, row("1", "0"), null))
        .isInstanceOf(MergeOutcome.Conflict.class);
  }

  @Test
  void aRowThatOneBaseDeletedAndTheOtherChanged() {
    BaseRow base = base(row("0", "0"), row("1", "0"), null);

    assertThat(base).isEqualTo(new BaseRow(row("0", "0"), Set.of(), true));
    for (Row one : new Row[] {row("0", "0"), row("1", "0"), row("3", "0")}) {
      assertThat(merge.merge(KEY, base, one, null)).isInstanceOf(MergeOutcome.Conflict.class);
      assertThat(merge.merge(KEY, base, null, one)).isInstanceOf(MergeOutcome.Conflict.class);
      assertThat(merge.merge(KEY, base, one, one)).isEqualTo(new MergeOutcome.Unchanged());
    }
    assertThat(merge.merge(KEY, base, null, null)).isEqualTo(new MergeOutcome.Unchanged());
    assertThat(merge.merge(KEY, base, row("0", "0"), row("1", "0")))
        .isInstanceOf(MergeOutcome.Conflict.class);
  }

  /** A counted 3, B counted 4; M and N both have 7, then M counts 1 and N counts 2: 10. */
  @Test
  void rulesApplyToTheBasesToo() {
    BaseRow base = base(counter("0"), counter("3"), counter("4"));

    assertThat(base).isEqualTo(BaseRow.of(counter("7")));
    assertThat(
            ((MergeOutcome.Write) merge.merge(KEY, base, counter("8"), counter("9")))
                .change()
                .after())
        .isEqualTo(counter("10"));
  }

  /** Both counted 3; both merges have 6, and nothing is counted again. */
  @Test
  void basesThatCountedTheSameCountBoth() {
    BaseRow base = base(counter("0"), counter("3"), counter("3"));

    assertThat(base).isEqualTo(BaseRow.of(counter("6")));
    assertThat(merge.merge(KEY, base, counter("6"), counter("6")))
        .isEqualTo(new MergeOutcome.Unchanged());
  }

  @Test
  void partsOfJsonThatAreDisputedDisputeTheField() {
    BaseRow base =
        base(
            json("{\"a\": 0, \"b\": 0}"),
            json("{\"a\": 1, \"b\": 0}"),
            json("{\"a\": 2, \"b\": 0}"));

    assertThat(base).isEqualTo(new BaseRow(json("{\"a\": 0, \"b\": 0}"), Set.of("data"), false));
    assertThat(
            base(
                json("{\"a\": 0, \"b\": 0}"),
                json("{\"a\": 1, \"b\": 0}"),
                json("{\"a\": 0, \"b\": 2}")))
        .isEqualTo(BaseRow.of(json("{\"a\":1,\"b\":2}")));
  }

  @Test
  void aDisputeStaysThroughFurtherBases() {
    CommitId c = new CommitId("cc".repeat(32));
    MergeBase three = new MergeBase.Virtual(BASE, c, new MergeBase.Commit(R));
    Map<CommitId, Row> rows = new HashMap<>();
    rows.put(R, row("0", "0"));
    rows.put(A, row("1", "0"));
    rows.put(B, row("2", "0"));
    rows.put(c, row("1", "9"));

    BaseRow base = new VirtualBase(merge).row(KEY, three, rows::get);
    assertThat(base).isEqualTo(new BaseRow(row("0", "9"), Set.of("x"), false));

    rows.put(c, null);
    assertThat(new VirtualBase(merge).row(KEY, three, rows::get))
        .isEqualTo(new BaseRow(row("0", "0"), Set.of(), true));
  }

  @Test
  void theBaseBelowIsLookedUpOnlyWhereTheBasesDiffer() {
    Row same = row("1", "1");
    BaseRow base =
        new VirtualBase(TableMerge.merge(TABLE, MergeStrategy.DEFAULT, ConflictRules.MANUAL))
            .row(
                KEY,
                BASE,
                commit -> {
                  assertThat(commit).isNotEqualTo(R);
                  return same;
                });
    assertThat(base).isEqualTo(BaseRow.of(same));
  }

  private BaseRow base(Row r, Row a, Row b) {
    Map<CommitId, Row> rows = new HashMap<>();
    rows.put(R, r);
    rows.put(A, a);
    rows.put(B, b);
    return new VirtualBase(merge).row(KEY, BASE, rows::get);
  }

  private static Row row(String x, String y) {
    return Row.of("1", x, y, "0", null);
  }

  private static Row counter(String n) {
    return Row.of("1", null, null, n, null);
  }

  private static Row json(String data) {
    return Row.of("1", null, null, "0", data);
  }
}

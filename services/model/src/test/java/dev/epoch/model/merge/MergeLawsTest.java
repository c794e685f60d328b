package dev.epoch.model.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.Column;
import dev.epoch.model.Property;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What holds of every merge, whatever the rows. */
class MergeLawsTest {
  private static final int TRIALS = 20_000;

  @Test
  void mergingAStateWithItselfGivesIt() {
    always(tables -> {
      RandomTables same = new RandomTables(tables.base(), tables.ours(), tables.ours());
      assertThat(TableMerge.of(same)).isEqualTo(new TableMerge(tables.ours(), Map.of()));
    });
  }

  @Test
  void aFastForwardEqualsAThreeWayMerge() {
    always(tables -> {
      RandomTables ahead = new RandomTables(tables.base(), tables.base(), tables.theirs());
      TableMerge merged = TableMerge.of(ahead);
      assertThat(merged.conflicts()).isEmpty();
      assertSameRows(merged.rows(), tables.theirs());

      RandomTables behind = new RandomTables(tables.base(), tables.ours(), tables.base());
      assertThat(TableMerge.of(behind)).isEqualTo(new TableMerge(tables.ours(), Map.of()));
    });
  }

  @Test
  void revertingTheLastChangeRestoresTheHash() {
    always(tables -> {
      RandomTables revert = new RandomTables(tables.ours(), tables.ours(), tables.base());
      assertSameRows(TableMerge.of(revert).rows(), tables.base());
    });
  }

  @Test
  void mirroredMergesConflictOnTheSameFieldsAndElseAgree() {
    always(tables -> {
      TableMerge one = TableMerge.of(tables);
      TableMerge other = TableMerge.of(tables.mirrored());

      assertThat(labels(other)).isEqualTo(labels(one));
      Map<String, Row> left = new TreeMap<>(one.rows());
      Map<String, Row> right = new TreeMap<>(other.rows());
      one.conflicts().keySet().forEach(left::remove);
      one.conflicts().keySet().forEach(right::remove);
      assertSameRows(right, left);
    });
  }

  private static Map<String, List<String>> labels(TableMerge merge) {
    Map<String, List<String>> labels = new TreeMap<>();
    merge
        .conflicts()
        .forEach((key, conflict) ->
            labels.put(
                key, conflict.fields().stream().map(FieldConflict::label).sorted().toList()));
    return labels;
  }

  @Test
  void mergingTwiceChangesNothing() {
    always(tables -> {
      TableMerge once = TableMerge.of(tables);
      if (once.conflicts().isEmpty()) {
        RandomTables again = new RandomTables(tables.theirs(), once.rows(), tables.theirs());
        assertThat(TableMerge.of(again)).isEqualTo(new TableMerge(once.rows(), Map.of()));
      }
    });
  }

  @Test
  void mergingBackIsAFastForward() {
    always(tables -> {
      TableMerge there = TableMerge.of(tables);
      if (there.conflicts().isEmpty()) {
        TableMerge back =
            TableMerge.of(new RandomTables(tables.theirs(), tables.theirs(), there.rows()));
        assertThat(back.conflicts()).isEmpty();
        assertSameRows(back.rows(), there.rows());
      }
    });
  }

  /** Conflicts only where both sides changed the row, and differently; else field by field. */
  @Test
  void nothingIsLostAndNothingInvented() {
    always(tables -> {
      TableMerge merge = TableMerge.of(tables);
      for (String key : tables.keys()) {
        Row base = tables.base().get(key);
        Row ours = tables.ours().get(key);
        Row theirs = tables.theirs().get(key);
        boolean bothChanged =
            !sameRow(base, ours) && !sameRow(base, theirs) && !sameRow(ours, theirs);
        Row merged = merge.rows().get(key);
        if (!bothChanged) {
          assertThat(merge.conflicts()).doesNotContainKey(key);
          assertThat(sameRow(merged, sameRow(base, ours) ? theirs : ours)).isTrue();
        } else if (base == null || ours == null || theirs == null) {
          assertThat(merge.conflicts()).containsKey(key);
        } else {
          fieldByField(merge.conflicts().get(key), merged, base, ours, theirs);
        }
      }
    });
  }

  private static void fieldByField(
      RowConflict conflict, Row merged, Row base, Row ours, Row theirs) {
    for (int i = 0; i < merged.size(); i++) {
      Column column = RandomTables.TABLE.columns().get(i);
      boolean oursChanged = !Values.same(column.type(), base.get(i), ours.get(i));
      boolean theirsChanged = !Values.same(column.type(), base.get(i), theirs.get(i));
      boolean sameChange = Values.same(column.type(), ours.get(i), theirs.get(i));
      boolean conflicts =
          conflict != null
              && conflict.fields().stream().anyMatch(field -> field.name().equals(column.name()));
      boolean json = column.name().equals("data") || column.name().equals("note");
      if (column.generated()) {
        assertThat(conflicts).isFalse();
      } else if (!oursChanged || !theirsChanged || sameChange) {
        assertThat(conflicts).isFalse();
        if (conflict == null) {
          String expected = oursChanged ? ours.get(i) : theirs.get(i);
          assertThat(Values.same(column.type(), merged.get(i), expected)).isTrue();
        }
      } else if (!json) {
        assertThat(conflicts).isTrue();
      }
    }
  }

  @Test
  void strategiesLeaveNoConflictAndTouchNothingElse() {
    always(tables -> {
      TableMerge byHand = TableMerge.of(tables);
      for (MergeStrategy strategy : List.of(MergeStrategy.OURS, MergeStrategy.THEIRS)) {
        TableMerge merge = TableMerge.of(tables, strategy, ConflictRules.MANUAL);
        assertThat(merge.conflicts()).isEmpty();
        Map<String, Row> left = new TreeMap<>(byHand.rows());
        Map<String, Row> right = new TreeMap<>(merge.rows());
        byHand.conflicts().keySet().forEach(left::remove);
        byHand.conflicts().keySet().forEach(right::remove);
        assertThat(right).isEqualTo(left);
      }
    });
  }

  @Test
  void decidingEverythingForOneSideEqualsTheStrategy() {
    always(tables -> {
      for (MergeStrategy strategy : List.of(MergeStrategy.OURS, MergeStrategy.THEIRS)) {
        Resolution resolution =
            strategy == MergeStrategy.OURS ? new Resolution.Ours() : new Resolution.Theirs();
        assertThat(resolved(tables, resolution))
            .isEqualTo(TableMerge.of(tables, strategy, ConflictRules.MANUAL).rows());
      }
    });
  }

  private static Map<String, Row> resolved(RandomTables tables, Resolution resolution) {
    TableMerge open = TableMerge.of(tables);
    ResolvedMerge merge =
        new ResolvedMerge(
            new RowMerge(
                "t1", "things", RandomTables.TABLE, MergeStrategy.DEFAULT, ConflictRules.MANUAL));
    Map<String, Row> rows = new TreeMap<>(open.rows());
    open.conflicts()
        .forEach((key, conflict) -> {
          List<Decision> all = List.of(new Decision(ResolutionSelector.ALL, resolution));
          switch (merge.resolve(TableMerge.row(tables, key), conflict, all)) {
            case MergeOutcome.Unchanged _ -> {}
            case MergeOutcome.Write(RowChange change) -> TableMerge.apply(rows, change);
            case MergeOutcome.Conflict(RowConflict left) -> throw new AssertionError(left);
          }
        });
    return rows;
  }

  @Test
  void aDiffAppliedGivesTheOtherStateAndItsInverseUndoesIt() {
    always(tables -> {
      Map<String, Row> rows = new TreeMap<>(tables.ours());
      ContentSum sum = TableMerge.sum(rows);
      RowHasher hasher = new RowHasher(RandomTables.TABLE);
      List<RowChange> diff = diff(tables.ours(), tables.theirs());

      diff.forEach(change -> TableMerge.apply(rows, change));
      diff.forEach(change -> sum.apply(hasher, change));
      assertThat(rows).isEqualTo(tables.theirs());
      assertThat(sum).isEqualTo(TableMerge.sum(tables.theirs()));

      diff.forEach(change -> TableMerge.apply(rows, change.inverse()));
      diff.forEach(change -> sum.apply(hasher, change.inverse()));
      assertThat(rows).isEqualTo(tables.ours());
      assertThat(sum).isEqualTo(TableMerge.sum(tables.ours()));
    });
  }

  @Test
  void hashesAreEqualIfAndOnlyIfRowsAre() {
    always(tables -> {
      boolean same =
          tables.keys().stream()
              .allMatch(k -> sameRow(tables.ours().get(k), tables.theirs().get(k)));
      assertThat(
              TableMerge.sum(tables.ours()).hash().equals(TableMerge.sum(tables.theirs()).hash()))
          .isEqualTo(same);
    });
  }

  private static List<RowChange> diff(Map<String, Row> from, Map<String, Row> to) {
    TreeMap<String, Row> all = new TreeMap<>(from);
    all.putAll(to);
    List<RowChange> changes = new ArrayList<>();
    for (String key : all.keySet()) {
      if (!Objects.equals(from.get(key), to.get(key))) {
        changes.add(new RowChange(RandomTables.key(key), from.get(key), to.get(key)));
      }
    }
    return changes;
  }

  private static void assertSameRows(Map<String, Row> actual, Map<String, Row> expected) {
    assertThat(TableMerge.sum(actual).hash()).isEqualTo(TableMerge.sum(expected).hash());
  }

  private static boolean sameRow(Row a, Row b) {
    if (a == null || b == null) {
      return a == b;
    }
    for (int i = 0; i < a.size(); i++) {
      Column column = RandomTables.TABLE.columns().get(i);
      if (!column.generated() && !Values.same(column.type(), a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static void always(Consumer<RandomTables> law) {
    Property.holds(TRIALS, RandomTables::of, RandomTables::smaller, law);
  }
}

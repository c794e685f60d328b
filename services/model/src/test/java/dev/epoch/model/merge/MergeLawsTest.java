package dev.epoch.model.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.model.Property;
import dev.epoch.model.merge.rule.ConflictRules;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What holds of every merge, whatever the rows. */
class MergeLawsTest {
  static final Set<DataType.Kind> JSON = Set.of(DataType.Kind.JSON, DataType.Kind.JSON_BINARY);

  /** Cases of each law. */
  int cases() {
    return 10_000;
  }

  @Test
  void mergingAStateWithItselfGivesIt() {
    always(tables -> {
      RandomTables same = tables.with(tables.base(), tables.ours(), tables.ours());
      assertThat(TableMerge.of(same)).isEqualTo(new TableMerge(tables.ours(), Map.of()));
    });
  }

  @Test
  void aFastForwardEqualsAThreeWayMerge() {
    always(tables -> {
      RandomTables ahead = tables.with(tables.base(), tables.base(), tables.theirs());
      TableMerge merged = TableMerge.of(ahead);
      assertThat(merged.conflicts()).isEmpty();
      assertSameRows(tables, merged.rows(), tables.theirs());

      RandomTables behind = tables.with(tables.base(), tables.ours(), tables.base());
      assertThat(TableMerge.of(behind)).isEqualTo(new TableMerge(tables.ours(), Map.of()));
    });
  }

  @Test
  void revertingTheLastChangeRestoresTheHash() {
    always(tables -> {
      RandomTables revert = tables.with(tables.ours(), tables.ours(), tables.base());
      assertSameRows(tables, TableMerge.of(revert).rows(), tables.base());
    });
  }

  @Test
  void mirroredMergesConflictOnTheSameFieldsAndElseAgree() {
    always(tables -> {
      TableMerge one = TableMerge.of(tables);
      TableMerge other = TableMerge.of(tables.mirrored());

      assertThat(labels(other)).isEqualTo(labels(one));
      Map<RowKey, Row> left = RandomTables.rows(one.rows());
      Map<RowKey, Row> right = RandomTables.rows(other.rows());
      one.conflicts().keySet().forEach(left::remove);
      one.conflicts().keySet().forEach(right::remove);
      assertSameRows(tables, right, left);
    });
  }

  private static Map<RowKey, List<String>> labels(TableMerge merge) {
    Map<RowKey, List<String>> labels = new HashMap<>();
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
        RandomTables again = tables.with(tables.theirs(), once.rows(), tables.theirs());
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
            TableMerge.of(tables.with(tables.theirs(), tables.theirs(), there.rows()));
        assertThat(back.conflicts()).isEmpty();
        assertSameRows(tables, back.rows(), there.rows());
      }
    });
  }

  /** Conflicts only where both sides changed the row, and differently; else field by field. */
  @Test
  void nothingIsLostAndNothingInvented() {
    always(tables -> {
      TableMerge merge = TableMerge.of(tables);
      for (RowKey key : tables.keys()) {
        Row base = tables.base().get(key);
        Row ours = tables.ours().get(key);
        Row theirs = tables.theirs().get(key);
        boolean bothChanged =
            !tables.same(base, ours) && !tables.same(base, theirs) && !tables.same(ours, theirs);
        Row merged = merge.rows().get(key);
        if (!bothChanged) {
          assertThat(merge.conflicts()).doesNotContainKey(key);
          assertThat(tables.same(merged, tables.same(base, ours) ? theirs : ours)).isTrue();
        } else if (base == null || ours == null || theirs == null) {
          assertThat(merge.conflicts()).containsKey(key);
          assertThat(merge.conflicts().get(key).type()).isEqualTo(type(base, ours));
        } else {
          fieldByField(tables, merge.conflicts().get(key), merged, base, ours, theirs);
        }
      }
    });
  }

  private static ConflictType type(Row base, Row ours) {
    if (base == null) {
      return ConflictType.ADD_ADD;
    }
    return ours == null ? ConflictType.MODIFY_DELETE : ConflictType.DELETE_MODIFY;
  }

  private static void fieldByField(
      RandomTables tables, RowConflict conflict, Row merged, Row base, Row ours, Row theirs) {
    for (int i = 0; i < merged.size(); i++) {
      Column column = tables.table().columns().get(i);
      boolean oursChanged = !tables.same(i, base, ours);
      boolean theirsChanged = !tables.same(i, base, theirs);
      boolean sameChange = tables.same(i, ours, theirs);
      FieldConflict whole =
          FieldConflict.whole(column.name(), base.get(i), ours.get(i), theirs.get(i));
      List<FieldConflict> conflicts =
          conflict == null
              ? List.of()
              : conflict.fields().stream()
                  .filter(field -> field.name().equals(column.name()))
                  .toList();
      if (column.generated()) {
        assertThat(conflicts).isEmpty();
      } else if (!oursChanged || !theirsChanged || sameChange) {
        assertThat(conflicts).isEmpty();
        if (conflict == null) {
          assertThat(tables.same(i, merged, oursChanged ? ours : theirs)).isTrue();
        }
      } else if (!JSON.contains(column.type().kind())) {
        assertThat(conflicts).containsExactly(whole);
      }
    }
  }

  /** Each row is changed on one side only, or each of its fields is. */
  @Test
  void disjointChangesCommute() {
    always(any -> {
      RandomTables tables = disjoint(any);
      TableMerge one = TableMerge.of(tables);
      TableMerge other = TableMerge.of(tables.mirrored());
      assertThat(one.conflicts()).isEmpty();
      assertThat(other.conflicts()).isEmpty();
      assertSameRows(tables, one.rows(), other.rows());
      assertThat(one.rows().keySet()).isEqualTo(other.rows().keySet());
      one.rows()
          .forEach((key, row) -> assertThat(tables.same(row, other.rows().get(key))).isTrue());
    });
  }

  /** What ours did to every third row stays, what theirs did to the next; then by columns. */
  private static RandomTables disjoint(RandomTables tables) {
    Map<RowKey, Row> ours = RandomTables.rows(tables.base());
    Map<RowKey, Row> theirs = RandomTables.rows(tables.base());
    int at = 0;
    for (RowKey key : tables.keys()) {
      Row base = tables.base().get(key);
      Row our = tables.ours().get(key);
      Row their = tables.theirs().get(key);
      switch (at++ % 3) {
        case 0 -> put(theirs, key, their);
        case 1 -> put(ours, key, our);
        default -> {
          if (base != null && our != null && their != null) {
            for (int i = 0; i < base.size(); i++) {
              our = i % 2 == 0 ? our : our.with(i, base.get(i));
              their = i % 2 == 1 ? their : their.with(i, base.get(i));
            }
            put(ours, key, our);
            put(theirs, key, their);
          }
        }
      }
    }
    return tables.with(tables.base(), ours, theirs);
  }

  private static void put(Map<RowKey, Row> rows, RowKey key, Row row) {
    if (row == null) {
      rows.remove(key);
    } else {
      rows.put(key, row);
    }
  }

  @Test
  void strategiesLeaveNoConflictAndTouchNothingElse() {
    always(tables -> {
      TableMerge byHand = TableMerge.of(tables);
      for (MergeStrategy strategy : List.of(MergeStrategy.OURS, MergeStrategy.THEIRS)) {
        TableMerge merge = TableMerge.of(tables, strategy, ConflictRules.MANUAL);
        assertThat(merge.conflicts()).isEmpty();
        Map<RowKey, Row> left = RandomTables.rows(byHand.rows());
        Map<RowKey, Row> right = RandomTables.rows(merge.rows());
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

  private static Map<RowKey, Row> resolved(RandomTables tables, Resolution resolution) {
    TableMerge open = TableMerge.of(tables);
    ResolvedMerge merge =
        new ResolvedMerge(
            TableMerge.merge(tables.table(), MergeStrategy.DEFAULT, ConflictRules.MANUAL));
    Map<RowKey, Row> rows = RandomTables.rows(open.rows());
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
      Map<RowKey, Row> rows = RandomTables.rows(tables.ours());
      ContentSum sum = TableMerge.sum(tables.table(), rows);
      RowHasher hasher = new RowHasher(tables.table());
      List<RowChange> diff = diff(tables.ours(), tables.theirs());

      diff.forEach(change -> TableMerge.apply(rows, change));
      diff.forEach(change -> sum.apply(hasher, change));
      assertThat(rows).isEqualTo(tables.theirs());
      assertThat(sum).isEqualTo(TableMerge.sum(tables.table(), tables.theirs()));

      diff.forEach(change -> TableMerge.apply(rows, change.inverse()));
      diff.forEach(change -> sum.apply(hasher, change.inverse()));
      assertThat(rows).isEqualTo(tables.ours());
      assertThat(sum).isEqualTo(TableMerge.sum(tables.table(), tables.ours()));
    });
  }

  @Test
  void hashesAreEqualIfAndOnlyIfRowsAre() {
    always(tables -> {
      boolean same =
          tables.keys().stream()
              .allMatch(k -> tables.same(tables.ours().get(k), tables.theirs().get(k)));
      assertThat(
              TableMerge.sum(tables.table(), tables.ours())
                  .hash()
                  .equals(TableMerge.sum(tables.table(), tables.theirs()).hash()))
          .isEqualTo(same);
    });
  }

  private static List<RowChange> diff(Map<RowKey, Row> from, Map<RowKey, Row> to) {
    Map<RowKey, Row> all = RandomTables.rows(from);
    all.putAll(to);
    List<RowChange> changes = new ArrayList<>();
    for (RowKey key : all.keySet()) {
      if (!Objects.equals(from.get(key), to.get(key))) {
        changes.add(new RowChange(key, from.get(key), to.get(key)));
      }
    }
    return changes;
  }

  private static void assertSameRows(
      RandomTables tables, Map<RowKey, Row> actual, Map<RowKey, Row> expected) {
    assertThat(TableMerge.sum(tables.table(), actual).hash())
        .isEqualTo(TableMerge.sum(tables.table(), expected).hash());
  }

  private void always(Consumer<RandomTables> law) {
    Property.holds(cases(), RandomTables::of, RandomTables::smaller, law);
  }
}

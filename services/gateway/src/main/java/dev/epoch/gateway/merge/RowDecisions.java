package dev.epoch.gateway.merge;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.merge.BaseRow;
import dev.epoch.model.merge.Decision;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.MergeOutcome;
import dev.epoch.model.merge.ResolvedMerge;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.merge.RowMerge;
import dev.epoch.model.merge.RuleDecision;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.TableHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Merges rows of one table as people have decided so far. */
public final class RowDecisions {
  private final RowMerge merge;
  private final ResolvedMerge resolved;
  private final TableSchema schema;
  private final List<Decision> decisions;
  private final Consumer<RuleDecision> told;

  /** Conflicts about broken constraints, which nothing but decisions tells of, by the row's key. */
  private final Map<RowKey, RowConflict> broken = new HashMap<>();

  /** Keys of those rows that were not merged yet. */
  private final Set<RowKey> left;

  /**
   * @param decisions of the open merge, in order
   * @param told what rules settle
   */
  RowDecisions(
      RowMerge merge, TableHandle table, List<Decision> decisions, Consumer<RuleDecision> told) {
    this.merge = merge;
    this.resolved = new ResolvedMerge(merge);
    this.schema = table.schema();
    this.decisions = decisions;
    this.told = told;
    for (Decision decision : decisions) {
      decision.made().ofConstraints().stream()
          .filter(conflict -> conflict.tableId().equals(table.id()))
          .forEach(conflict -> broken.put(conflict.key(), conflict));
    }
    this.left = new HashSet<>(broken.keySet());
  }

  /** Whether decisions about broken constraints of this table were made. */
  static boolean any(TableHandle table, List<Decision> decisions) {
    return decisions.stream()
        .flatMap(decision -> decision.made().ofConstraints().stream())
        .anyMatch(conflict -> conflict.tableId().equals(table.id()));
  }

  MergeOutcome merge(RowKey key, BaseRow base, Row ours, Row theirs) {
    left.remove(key);
    RowConflict former = broken.get(key);
    if (former != null) {
      RowConflict now = sameRule(former, base.row(), ours, theirs);
      MergeOutcome decided = resolved.resolve(key, base, ours, theirs, now, decisions);
      if (!(decided instanceof MergeOutcome.Conflict(RowConflict open))
          || open.constraint() == null) {
        return decided;
      }
    }
    MergeOutcome outcome = merge.merge(key, base, ours, theirs, told);
    return outcome instanceof MergeOutcome.Conflict(RowConflict conflict) && !decisions.isEmpty()
        ? resolved.resolve(key, base, ours, theirs, conflict, decisions)
        : outcome;
  }

  /** The same conflict with the values of now: what was decided on others is not about it. */
  private RowConflict sameRule(RowConflict former, Row base, Row ours, Row theirs) {
    List<FieldConflict> fields = new ArrayList<>();
    for (FieldConflict field : former.fields()) {
      int i = schema.indexOf(field.name());
      fields.add(
          FieldConflict.whole(field.name(), value(base, i), value(ours, i), value(theirs, i)));
    }
    return new RowConflict(
        former.tableId(),
        former.tableName(),
        former.key(),
        former.type(),
        fields,
        former.constraint());
  }

  static String value(Row row, int column) {
    return row == null ? null : row.get(column);
  }

  /** Keys of rows with decisions about broken constraints that were not merged yet. */
  List<RowKey> left() {
    return List.copyOf(left);
  }
}

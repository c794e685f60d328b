package dev.epoch.gateway.merge;

import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.merge.schema.SchemaConflicts;
import dev.epoch.model.merge.Decision;
import dev.epoch.model.merge.MergeStrategy;
import dev.epoch.model.merge.RowMerge;
import dev.epoch.model.merge.RuleDecision;
import dev.epoch.model.merge.rule.ConflictPolicy;
import dev.epoch.storage.TableHandle;
import java.util.List;
import java.util.function.Consumer;

/**
 * How a merge is done.
 *
 * @param fastForward whether the head may move to the source
 * @param policy what settles conflicts
 * @param decisions of the open merge that continues, in order
 * @param told what rules settle
 */
record MergeTerms(
    boolean fastForward,
    MergeStrategy strategy,
    ConflictPolicy policy,
    List<Decision> decisions,
    Consumer<RuleDecision> told) {

  RowMerge rowMerge(TableEntry entry, TableHandle table) {
    return new RowMerge(
        entry.tableId(),
        entry.name(),
        table.schema(),
        strategy,
        policy.forTable(entry.name(), table.schema()));
  }

  SchemaConflicts schemaConflicts(TableHandle table) {
    return new SchemaConflicts(table, strategy, decisions);
  }
}

package dev.epoch.gateway.merge;

import dev.epoch.events.Digest;
import dev.epoch.events.table.StoredSchema;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.chunk.ChunkBuffer;
import dev.epoch.log.ChunkStore;
import dev.epoch.model.changes.ConflictSetWriter;
import dev.epoch.model.merge.ConflictType;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.row.Row;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.state.StateReader;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Conflicts of rows that break constraints together, or one that the merge brings. */
final class BrokenConstraints {
  private final ChunkStore chunks;

  BrokenConstraints(ChunkStore chunks) {
    this.chunks = chunks;
  }

  /**
   * The plan of a merge whose rows break constraints: the same, with these conflicts. No decision
   * is about them yet.
   */
  MergePlan violated(MergeSides sides, MergePlan plan, ConstraintViolationsException violations) {
    ChunkBuffer buffer = new ChunkBuffer(chunks);
    ConflictSetWriter conflictSet = new ConflictSetWriter(buffer::put);
    Map<String, Long> conflicts = new TreeMap<>();
    for (ConstraintViolationsException.Violation violation : violations.violations()) {
      String name = sides.state().tables().byId().get(violation.table()).name();
      TableEntry ours = sides.head().tree().get(name);
      TableEntry theirs = sides.source().tree().get(name);
      TableHandle handle = merged(plan, sides.working(ours).table());
      StateReader reader = sides.reader(handle);
      Row oursRow = reader.row(handle, sides.now(ours), violation.key()).orElse(null);
      Row theirsRow =
          theirs == null
              ? null
              : reader
                  .row(handle, new TableState.Committed(sides.location(theirs)), violation.key())
                  .orElse(null);
      Row baseRow = new BaseRows(reader, handle, sides.state(), sides.base()).row(violation.key());
      List<FieldConflict> fields = new ArrayList<>();
      for (String column : columns(handle, violation.constraint())) {
        int i = handle.schema().indexOf(column);
        fields.add(
            FieldConflict.whole(
                column,
                RowDecisions.value(baseRow, i),
                RowDecisions.value(oursRow, i),
                RowDecisions.value(theirsRow, i)));
      }
      conflictSet.add(
          new RowConflict(
              violation.table(),
              name,
              violation.key(),
              ConflictType.CONSTRAINT,
              fields,
              violation.constraint()));
      conflicts.merge(name, 1L, Long::sum);
    }
    Digest root = conflictSet.finish();
    buffer.flush();
    return new MergePlan(
        false,
        plan.tables(),
        plan.newTables(),
        plan.rows(),
        conflicts,
        root,
        plan.schemas(),
        plan.destructive(),
        plan.labels(),
        plan.objects());
  }

  /** With the schema that the merge gives it. */
  private static TableHandle merged(MergePlan plan, TableHandle table) {
    return plan.schemas().stream()
        .filter(schema -> schema.tableId().equals(table.id()))
        .map(StoredSchema::schema)
        .findFirst()
        .map(table::with)
        .orElse(table);
  }

  /** A constraint's, or the column itself that takes no nulls. */
  private static List<String> columns(TableHandle table, String constraint) {
    return Stream.concat(
            table.schema().constraints().stream()
                .filter(candidate -> candidate.name().equals(constraint))
                .flatMap(candidate -> candidate.columns().stream()),
            Stream.of(constraint))
        .filter(column -> table.schema().indexOf(column) >= 0)
        .distinct()
        .toList();
  }
}

package dev.epoch.gateway.merge;

import dev.epoch.events.Digest;
import dev.epoch.events.event.OperationPlan.TableMerge;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.chunk.ChunkBuffer;
import dev.epoch.gateway.merge.schema.MergedSchema;
import dev.epoch.gateway.merge.schema.PlannedSchemas;
import dev.epoch.gateway.merge.schema.RecordedValues;
import dev.epoch.gateway.merge.schema.RetypedChanges;
import dev.epoch.gateway.migration.TableAlterations;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.log.ChunkStore;
import dev.epoch.model.changes.ConflictSetWriter;
import dev.epoch.model.merge.BaseRow;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.merge.RowMerge;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.model.schema.merge.MergedObjects;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.StateReader;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Plans one merge, table by table: which change, how, and what conflicts. Changes nothing but
 * chunks beside the log. Used once.
 *
 * <pre>
 *   theirs = base, or theirs = ours         nothing to do
 *   the target never had a change of it,    the target sees the source's rows      (no row is read)
 *   nor of what it refers to or is
 *   referred to by
 *   fast-forward                            the rows that differ are written as they are
 *   else                                    three-way, row by row
 * </pre>
 */
final class MergePlanner {
  private final MergeSides sides;
  private final MergeTerms terms;
  private final ChunkBuffer buffer;
  private final ConflictSetWriter conflictSet;
  private final List<TableHandle> changedByOurs;
  private final PlannedSchemas schemas;
  private final DroppedTables dropped;
  private final Map<String, MergedObjects> objects;

  private final List<TableMerge> tables = new ArrayList<>();
  private final List<String> newTables = new ArrayList<>();
  private final Map<String, Supplier<PlannedRows>> rows = new HashMap<>();
  private final Map<String, Long> conflicts = new TreeMap<>();
  private final List<String> destructive = new ArrayList<>();

  /**
   * @param objects what becomes of views, functions and the like, by name of the storage
   */
  MergePlanner(
      MergeSides sides,
      MergeTerms terms,
      ChunkStore chunks,
      TableAlterations alterations,
      Map<String, MergedObjects> objects) {
    this.sides = sides;
    this.terms = terms;
    this.buffer = new ChunkBuffer(chunks);
    this.conflictSet = new ConflictSetWriter(buffer::put);
    this.changedByOurs = sides.changedByOurs();
    this.schemas = new PlannedSchemas(sides.state(), sides.target(), alterations);
    this.schemas.give(objects);
    this.objects = objects;
    this.dropped = new DroppedTables(sides.state(), sides.source(), sides.base());
  }

  MergePlan plan() {
    sides.theirs().forEach(this::planTheirs);
    for (TableEntry ours : sides.ours()) {
      if (sides.theirsOf(ours) == null) {
        planOurs(ours);
      }
    }
    Digest root = null;
    if (!conflicts.isEmpty()) {
      root = conflictSet.finish();
      buffer.flush();
    }
    if (conflicts.isEmpty()) {
      schemas.withoutTable().forEach(this::carryObjects);
    }
    List<TableMerge> planned = conflicts.isEmpty() ? schemas.given(tables) : tables;
    destructive.addAll(schemas.destructive());
    return new MergePlan(
        terms.fastForward(),
        planned,
        newTables,
        rows,
        conflicts,
        root,
        schemas.stored(),
        destructive,
        schemas.labels(),
        objects);
  }

  /** A table that the source has. */
  private void planTheirs(TableEntry theirs) {
    TableEntry ours = sides.oursOf(theirs);
    TableHandle table = sides.handle(theirs);
    if (!RowDecisions.any(table, terms.decisions())
        && (sides.everyBaseHas(theirs)
            // two equal changes may be more than one of them
            || MergeSides.same(ours, theirs) && !terms.rowMerge(theirs, table).addsUp())) {
      return;
    }
    Optional<TableEntry> before =
        ours == null
            ? Backends.last(sides.state(), sides.head(), theirs.tableId())
            : Optional.empty();
    if (before.isPresent() && dropped.atBase(theirs) && !comesBack(theirs, table)) {
      return;
    }
    if (ours != null) {
      if (isAsAtBase(ours, table)) {
        repoint(theirs);
      } else {
        merge(ours, theirs, false);
      }
    } else if (sides.intoDefault()) {
      if (before.isPresent()) {
        throw DroppedTables.refused(theirs, sides.target());
      }
      newTables.add(theirs.tableId());
      merge(sides.asRegistered(theirs), theirs, true);
    } else {
      newTables.add(theirs.tableId());
      before
          .filter(last -> sides.target().id().equals(last.location().overlay()))
          .ifPresentOrElse(
              // over what the branch had of it
              last -> merge(last, theirs, false),
              () -> repoint(theirs));
    }
  }

  /** Whether a table that the target dropped, and the source changed, is there again. */
  private boolean comesBack(TableEntry theirs, TableHandle table) {
    RowConflict conflict = DroppedTables.conflict(theirs, false);
    DroppedTables.End end = DroppedTables.end(conflict, false, terms.schemaConflicts(table));
    if (end == DroppedTables.End.OPEN) {
      conflictSet.add(conflict);
      conflicts.put(theirs.name(), 1L);
    }
    return end == DroppedTables.End.STAYS;
  }

  /**
   * Whether the target has no change of the table, nor of what it refers to or is referred to by.
   */
  private boolean isAsAtBase(TableEntry ours, TableHandle table) {
    return !sides.intoDefault()
        && sides.neverChanged(ours)
        && changedByOurs.stream().noneMatch(other -> related(table, other));
  }

  /** The target sees the source's rows. */
  private void repoint(TableEntry theirs) {
    tables.add(new TableMerge.Repoint(theirs.tableId(), sides.location(theirs)));
  }

  /**
   * Rows and schema of both sides become one.
   *
   * @param arrives whether the live table is made by this merge
   */
  private void merge(TableEntry ours, TableEntry theirs, boolean arrives) {
    BranchTable now = sides.working(ours);
    RowsLocation theirsAt = sides.location(theirs);
    TableState theirsState = new TableState.Committed(theirsAt);
    MergedSchema schema = mergedSchema(ours, theirs, theirsState, now.table());
    if (!schema.conflicts().isEmpty()) {
      // rows are merged when it is known what they look like
      schema.conflicts().forEach(conflictSet::add);
      conflicts.put(theirs.name(), (long) schema.conflicts().size());
    } else {
      if (arrives) {
        schemas.addArriving(now.table(), schema);
      } else {
        schemas.add(now.table(), schema);
      }
      mergeRows(ours, theirs, theirsState, now.table().with(schema.schema()), schema);
    }
    tables.add(write(ours, theirsAt));
  }

  private MergedSchema mergedSchema(
      TableEntry ours, TableEntry theirs, TableState theirsState, TableHandle now) {
    return MergedSchema.of(
        sides.state(),
        now,
        theirs,
        BaseRows.entries(sides.state(), sides.base(), theirs.name()),
        terms.schemaConflicts(now),
        (column, side, byOurs, retyped) -> {
          // rows that only the live table has keep their values: its column is retyped
          boolean inserts = !(retyped && byOurs && sides.intoDefault());
          TableHandle table = now.with(side);
          return sides.isLost(table, column)
              ? new RecordedValues(sides.state(), sides.base(), buffer::get)
                  .changed(byOurs ? sides.head() : sides.source(), now.id(), column, inserts)
              : sides.changed(table, byOurs ? sides.now(ours) : theirsState, column, inserts);
        });
  }

  private void mergeRows(
      TableEntry ours,
      TableEntry theirs,
      TableState theirsState,
      TableHandle table,
      MergedSchema schema) {
    StateReader reader = sides.reader(table);
    TableHandle read = table.with(schema.reading());
    TableState oursState = sides.now(ours);
    RowMerge merge = terms.rowMerge(theirs, table);
    BaseRows baseRows = new BaseRows(reader, read, sides.state(), sides.base());
    Function<RowKey, Row> theirsOf = key -> reader.row(read, theirsState, key).orElse(null);
    boolean oneBase = sides.base().bestCommonAncestors().size() == 1;
    MergedRows merged =
        new MergedRows(
            new RowDecisions(merge, table, terms.decisions(), terms.told()),
            schema,
            buffer,
            // rows of a virtual base cannot be looked up one by one
            oneBase ? MergedRows.MOST_SIDES : Integer.MAX_VALUE,
            key -> {
              Row base = baseRows.row(key);
              Row there = theirsOf.apply(key);
              return new MergedRows.Sides(
                  schema.base(table.name(), key, base, null, there),
                  schema.theirs(schema.base(base), there));
            });
    // the default branch's table itself gets types, with its values
    boolean cast = schema.isRetyped() && sides.intoDefault();
    if (terms.fastForward() && !sides.isTouched(table, ours)) {
      TableState oursCommitted = new TableState.Committed(sides.target().location(ours));
      rows.put(
          theirs.tableId(),
          () ->
              merged.plannedFrom(
                  new RetypedChanges(
                      schema,
                      reader.changes(read, oursCommitted, theirsState, ChangeQuery.all()),
                      cast)));
      return;
    }
    BaseRows.Consumer consumer =
        (key, found, oursRow, theirsRow) -> {
          Row before = oneBase ? schema.base(found.row()) : found.row();
          Row here = schema.ours(before, oursRow);
          Row there = schema.theirs(before, theirsRow);
          BaseRow base =
              oneBase ? schema.base(table.name(), key, found.row(), oursRow, theirsRow) : found;
          if (cast && Objects.equals(before, there)) {
            return;
          }
          merged.accept(key, base, cast ? here : schema.found(oursRow), here, there);
        };
    if (oneBase && schema.isWiderThanBase()) {
      baseRows.forEachBetween(oursState, theirsState, consumer);
    } else {
      baseRows.forEach(merge, oursState, theirsState, consumer);
    }
    merged.settleOthers(key -> {
      Row base = schema.base(baseRows.row(key));
      return new ThreeWayRow(
          key,
          base,
          schema.ours(base, reader.row(read, oursState, key).orElse(null)),
          schema.theirs(base, theirsOf.apply(key)));
    });
    take(theirs, merged);
  }

  private void take(TableEntry table, MergedRows merged) {
    long count = merged.writeConflicts(conflictSet);
    if (count > 0) {
      conflicts.put(table.name(), count);
    }
    rows.put(table.tableId(), merged::planned);
  }

  /** A table that only the target has. */
  private void planOurs(TableEntry ours) {
    if (dropped.atBase(ours) && goes(ours)) {
      return;
    }
    TableHandle table = sides.working(ours).table();
    if (RowDecisions.any(table, terms.decisions())) {
      take(ours, decidedRows(ours, table));
      tables.add(write(ours, sides.target().location(ours)));
    }
  }

  /** Whether a table that the source dropped goes, or waits for a decision. */
  private boolean goes(TableEntry ours) {
    TableHandle table = sides.handle(ours);
    boolean changed = !sides.everyBaseHas(ours) || sides.isTouched(table, ours);
    RowConflict conflict = DroppedTables.conflict(ours, true);
    DroppedTables.End end =
        changed
            ? DroppedTables.end(conflict, true, terms.schemaConflicts(table))
            : DroppedTables.End.GONE;
    switch (end) {
      case OPEN -> {
        conflictSet.add(conflict);
        conflicts.put(ours.name(), 1L);
        tables.add(write(ours, sides.target().location(ours)));
      }
      case GONE -> {
        tables.add(new TableMerge.Drop(ours.tableId(), changed));
        if (sides.intoDefault()) {
          destructive.add("DROP TABLE " + table.path());
        }
      }
      case STAYS -> {
        return false;
      }
    }
    return true;
  }

  /**
   * Rows of a table that the source does not have, as far as they were decided about: they refer to
   * what the source takes away.
   */
  private MergedRows decidedRows(TableEntry ours, TableHandle table) {
    StateReader reader = sides.reader(table);
    TableState oursState = sides.now(ours);
    BaseRows baseRows = new BaseRows(reader, table, sides.state(), sides.base());
    MergedRows merged =
        new MergedRows(
            new RowDecisions(terms.rowMerge(ours, table), table, terms.decisions(), terms.told()),
            MergedSchema.unchanged(table.schema()),
            buffer,
            Integer.MAX_VALUE,
            key -> new MergedRows.Sides(BaseRow.of(baseRows.row(key)), null));
    merged.settleOthers(key ->
        new ThreeWayRow(
            key, baseRows.row(key), reader.row(table, oursState, key).orElse(null), null));
    return merged;
  }

  /** Objects of a storage come with a table that the target has there, as it is. */
  private void carryObjects(String storage) {
    List<TableEntry> there =
        sides.ours().stream()
            .filter(
                ours -> sides.state().tables().byId().get(ours.tableId()).storage().equals(storage))
            .filter(ours ->
                tables.stream()
                    .filter(table -> table.tableId().equals(ours.tableId()))
                    .allMatch(TableMerge.Write.class::isInstance))
            .toList();
    there.stream()
        .filter(ours -> rows.containsKey(ours.tableId()))
        .findFirst()
        .or(() ->
            there.stream().filter(ours -> !sides.isTouched(sides.handle(ours), ours)).findFirst())
        .or(() -> there.stream().findFirst())
        .ifPresentOrElse(
            ours -> {
              schemas.carry(sides.working(ours).table());
              if (rows.putIfAbsent(ours.tableId(), () -> PlannedRows.fixed(RowStream.of(List.of())))
                  == null) {
                tables.add(write(ours, sides.target().location(ours)));
              }
            },
            () -> carryPointed(storage));
  }

  /** Else with one that comes to see the source's rows. */
  private void carryPointed(String storage) {
    tables.stream()
        .filter(TableMerge.Repoint.class::isInstance)
        .map(table -> sides.state().tables().byId().get(table.tableId()))
        .filter(table -> table.storage().equals(storage))
        .findFirst()
        .flatMap(table ->
            sides.theirs().stream()
                .filter(theirs -> theirs.tableId().equals(table.id()))
                .findFirst())
        .ifPresent(theirs -> schemas.carry(sides.handle(theirs)));
  }

  private TableMerge write(TableEntry ours, RowsLocation theirs) {
    return new TableMerge.Write(
        ours.tableId(), Math.max(sides.target().location(ours).anchor(), theirs.anchor()));
  }

  /** Whether one of the tables refers to the other, as far as known when they were registered. */
  private static boolean related(TableHandle one, TableHandle other) {
    return refers(one, other) || refers(other, one);
  }

  private static boolean refers(TableHandle child, TableHandle parent) {
    return child.schema().constraints().stream()
        .anyMatch(constraint -> parent.path().toString().equals(constraint.referencesTable()));
  }
}

package dev.epoch.storage.postgres.operation;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.operation.Operation.Drop;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.Operation.Repoint;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.operation.write.LiveWriter;
import dev.epoch.storage.postgres.operation.write.OverlayWriter;
import dev.epoch.storage.postgres.operation.write.StagedTable;
import dev.epoch.storage.postgres.state.BranchPlacement;
import dev.epoch.storage.postgres.state.Candidates;
import dev.epoch.storage.postgres.state.OverlayRelations;
import dev.epoch.storage.postgres.state.PhysicalState.Overlaid;
import dev.epoch.storage.postgres.state.StateResolver;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Undoes an operation, inside a transaction that the caller commits. */
final class RevertWork {
  private final Session session;
  private final StateResolver resolver;
  private final LockRetries retries;
  private final Operation operation;
  private final Map<String, TableSchema> recorded;
  private final OpenSchemas opened;
  private final BranchPlaces places;

  /**
   * @param recorded schemas of its tables as the log has them, before the operation
   */
  RevertWork(
      Session session,
      StateResolver resolver,
      LockRetries retries,
      Operation operation,
      Map<String, TableSchema> recorded,
      OpenSchemas opened) {
    this.recorded = recorded;
    this.session = session;
    this.resolver = resolver;
    this.retries = retries;
    this.operation = operation;
    this.opened = opened;
    this.places = new BranchPlaces(session, operation, opened);
  }

  void run() {
    List<OperationTable> locked = tables();
    MadeObjects.onBranch(session, locked, StepStatements::undo, null);
    if (locked.stream().anyMatch(table -> LiveAlterations.step(table) != null)) {
      LiveAlterations.undo(
          session, resolver, operation.id().position(), locked, recorded, places::undoDrop);
      locked = tables();
    }
    OpenTables open = new OpenTables(session, resolver, operation.branch(), locked, opened);
    List<OperationTable> tables = open.push(false);
    tables.stream()
        .filter(table -> !table.branch().isDefault())
        .filter(table -> table.operation() instanceof CommitWorkingSet)
        .forEach(this::uncommitSchema);
    tables.stream()
        .filter(table -> !table.branch().isDefault())
        .filter(
            table -> table.operation() instanceof MergeRows || table.operation() instanceof Repoint)
        .forEach(places::showColumns);
    LiveWriter writer = new LiveWriter(session);
    List<StagedTable> restored = new ArrayList<>();
    for (OperationTable table : tables) {
      switch (table.operation()) {
        case CommitWorkingSet _ -> {
          if (table.placement() != null && table.placement().gone()) {
            places.uncommitDrop(table);
            continue;
          }
          if (table.workingSet() != null) {
            uncommit(table, table.workingSet(), history(table), operation.id().position());
            moveAnchorBack(table);
          }
        }
        case MergeRows merge -> {
          if (table.branch().isDefault()) {
            StagedTable staged = stageFormerRows(table);
            restored.add(staged);
            writer.add(table.handle().path(), staged, table.live());
          } else {
            revertOverlay(table, merge);
          }
        }
        case Repoint repoint -> pointBack(table, repoint.table().head());
        case Drop _ -> places.undoDrop(table);
      }
    }
    if (!restored.isEmpty()) {
      writer.write();
      LiveAlterations.undoLast(session, resolver, operation.id().position(), tables, recorded);
      tables.stream()
          .filter(table -> table.operation() instanceof MergeRows)
          .forEach(this::uncommitMerged);
    }
    open.follow(Map.of());
    for (OperationTable table : liveTables(tables)) {
      uncommit(table, table.workingSet(), history(table), operation.livePosition());
      moveAnchorBack(table);
    }
  }

  /** What the branch's head says of the table is what it said before. */
  private void uncommitSchema(OperationTable table) {
    session.list(
        "SELECT epoch.unnote_committed($1, $2, $3, $4, $5)::text",
        row -> row,
        table.branch().id(),
        table.id(),
        operation.id().position(),
        table.handle().schema().columns().stream().map(Column::id).toArray(String[]::new),
        opened.definition(table.id()));
  }

  /** Tables whose live changes were committed first; locks those that the merge did not write. */
  private List<OperationTable> liveTables(List<OperationTable> merged) {
    Map<String, OperationTable> known = new HashMap<>();
    merged.forEach(table -> known.put(table.id(), table));
    List<OperationTable> tables = new ArrayList<>();
    StringBuilder locks = new StringBuilder(retries.setting());
    for (BranchTable live : operation.live()) {
      OperationTable table = known.get(live.table().id());
      if (table == null) {
        table =
            OperationTable.of(
                session, resolver, new CommitWorkingSet(live), operation.branch(), Map.of());
        addLock(locks, table.workingSet());
      }
      tables.add(table);
    }
    if (!tables.isEmpty()) {
      session.run(locks.toString());
    }
    return tables;
  }

  private List<OperationTable> tables() {
    BranchHandle branch = operation.branch();
    List<TableOperation> ordered =
        operation.tables().stream()
            .sorted(Comparator.comparing((TableOperation t) -> t.table().table().id()))
            .toList();
    Map<String, BranchPlacement> placements =
        branch.isDefault()
            ? Map.of()
            : resolver.lockPlacements(
                session, branch, ordered.stream().map(t -> t.table().table().id()).toList());
    List<OperationTable> tables = new ArrayList<>();
    StringBuilder locks = new StringBuilder(retries.setting());
    for (TableOperation table : ordered) {
      OperationTable found = OperationTable.of(session, resolver, table, branch, placements);
      tables.add(found);
      if (LiveAlterations.step(found) != null) {
        locks
            .append("; LOCK TABLE ")
            .append(found.live().rows())
            .append(" IN ACCESS EXCLUSIVE MODE");
      } else if (branch.isDefault() && table instanceof MergeRows) {
        OperationLocks.usersTable(found).ifPresent(users -> addLock(locks, users));
        addLock(locks, found.live().rows());
      }
      if (found.writtenSet() != null) {
        addLock(locks, found.writtenSet());
      }
    }
    session.run(locks.toString());
    return tables;
  }

  private static void addLock(StringBuilder locks, String relation) {
    locks.append("; LOCK TABLE ").append(relation).append(" IN SHARE ROW EXCLUSIVE MODE");
  }

  private static String history(OperationTable table) {
    return table.branch().isDefault() ? table.live().history() : table.overlay().history();
  }

  /**
   * What the operation committed is uncommitted again. Where an application touched the row since,
   * the older image replaces the one of then.
   */
  private void uncommit(OperationTable table, String workingSet, String history, long position) {
    TableColumns columns = table.columns();
    List<String> images = new ArrayList<>(List.of("epoch_kind"));
    images.addAll(columns.layers().stream().filter(c -> !columns.key().contains(c)).toList());
    session.run(
        """
        INSERT INTO %1$s (epoch_kind, %2$s)
        SELECT h.epoch_kind, %3$s FROM %4$s h WHERE h.epoch_to = %5$d
        ON CONFLICT (%6$s) DO UPDATE SET %7$s;
        DELETE FROM %4$s WHERE epoch_to = %5$d\
        """
            .formatted(
                workingSet,
                columns.layerList(),
                columns.layers("h"),
                history,
                position,
                columns.keyList(),
                TableColumns.each(images, c -> c + " = excluded." + c, ", ")));
  }

  private void moveAnchorBack(OperationTable table) {
    if (table.branch().isDefault()) {
      session.execute(
          "UPDATE epoch.branch_tables SET anchor = $1 WHERE branch_id = $2 AND table_id = $3",
          table.operation().table().head().anchor(),
          table.branch().id(),
          table.id());
    }
  }

  /** The rows that the merge changed and no application since, as they were. */
  private StagedTable stageFormerRows(OperationTable table) {
    TableColumns columns = table.columns();
    StagedTable staged = new StagedTable(table.id(), columns, table.live());
    staged.create(session);
    session.run(
        """
        INSERT INTO %1$s (epoch_kind, %2$s)
        SELECT h.epoch_kind, %3$s
        FROM %4$s h
        LEFT JOIN %5$s w ON %6$s
        LEFT JOIN %7$s l ON %8$s
        WHERE h.epoch_to = %9$d
        AND (
          w.epoch_kind IS NULL
          OR w.epoch_kind = 0 AND l.%10$s IS NULL
          OR w.epoch_kind = 1 AND l.%10$s IS NOT NULL AND record_image_eq(%11$s, %12$s)
        );
        ANALYZE %1$s\
        """
            .formatted(
                staged.name(),
                columns.allList(),
                columns.all("h"),
                table.live().history(),
                table.live().workingSet(),
                columns.sameKey("w", "h"),
                table.live().rows(),
                columns.sameKey("l", "h"),
                operation.id().position(),
                columns.key().getFirst(),
                columns.image("w"),
                columns.image("l")));
    return staged;
  }

  private void uncommitMerged(OperationTable table) {
    TableColumns columns = table.columns();
    uncommit(table, table.live().workingSet(), table.live().history(), operation.id().position());
    session.run(
        """
        DELETE FROM %1$s w
        WHERE w.epoch_kind = 0 AND NOT EXISTS (SELECT FROM %2$s l WHERE %3$s)
        OR w.epoch_kind = 1 AND EXISTS (SELECT FROM %2$s l WHERE %3$s AND record_image_eq(%4$s, %5$s))\
        """
            .formatted(
                table.live().workingSet(),
                table.live().rows(),
                columns.sameKey("l", "w"),
                columns.image("w"),
                columns.image("l")));
    moveAnchorBack(table);
  }

  private void revertOverlay(OperationTable table, MergeRows merge) {
    if (table.overlay() == null) {
      return;
    }
    OverlayRelations overlay = table.overlay();
    TableColumns columns = table.columns();
    long position = operation.id().position();
    long anchor = merge.table().head().anchor();
    String former =
        """
        SELECT h.epoch_kind, %1$s FROM %2$s h WHERE h.epoch_to = %3$d
        UNION ALL
        SELECT w.epoch_kind, %4$s FROM %5$s w
        WHERE NOT EXISTS (SELECT FROM %2$s h WHERE h.epoch_to = (SELECT %3$d::bigint) AND %6$s)\
        """
            .formatted(
                columns.all("h"),
                overlay.history(),
                position,
                columns.all("w"),
                overlay.workingSet(),
                columns.sameKey("h", "w"));
    new OverlayWriter(session, table.id(), columns, overlay)
        .restore(former, List.of(), (Overlaid) table.working(), anchor);
    session.run("DELETE FROM %s WHERE epoch_to = %d".formatted(overlay.history(), position));
    moveTo(table, anchor);
  }

  private void moveTo(OperationTable table, long anchor) {
    session.execute(
        "UPDATE epoch.branch_tables SET anchor = $1 WHERE branch_id = $2 AND table_id = $3",
        anchor,
        table.branch().id(),
        table.id());
  }

  private void pointBack(OperationTable table, RowsLocation head) {
    if (table.overlay() == null) {
      session.execute(
          """
          UPDATE epoch.branch_tables
          SET anchor = $3, source_overlay = $4, source_position = $5
          WHERE branch_id = $1 AND table_id = $2\
          """,
          table.branch().id(),
          table.id(),
          head.anchor(),
          head.overlay(),
          head.overlay() == null ? null : head.overlayPosition());
      session.list(
          "SELECT epoch.rebuild_views($1, $2)::text", row -> row, table.branch().id(), table.id());
      return;
    }
    // an application wrote since, which made an overlay over the place that is left now
    TableColumns columns = table.columns();
    Overlaid now = (Overlaid) table.working();
    String former =
        head.overlay() == null
            ? "SELECT epoch_kind, %s FROM %s WHERE FALSE"
                .formatted(columns.allList(), table.overlay().workingSet())
            : session
                .first(
                    "SELECT epoch.entries_at($1, $2, $3)",
                    row -> row.getString(0),
                    table.id(),
                    head.overlay(),
                    Long.toString(head.overlayPosition()))
                .orElseThrow();
    new OverlayWriter(session, table.id(), columns, table.overlay())
        .restore(former, Candidates.entries(columns, now), now, head.anchor());
    moveTo(table, head.anchor());
  }
}

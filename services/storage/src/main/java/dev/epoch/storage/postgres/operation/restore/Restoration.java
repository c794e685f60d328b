package dev.epoch.storage.postgres.operation.restore;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.operation.OperationExecutor.CommittedChanges;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.operation.write.OverlayWriter;
import dev.epoch.storage.postgres.operation.write.StagedTable;
import dev.epoch.storage.postgres.state.BranchPlacement;
import dev.epoch.storage.postgres.state.Candidates;
import dev.epoch.storage.postgres.state.KeyedStates;
import dev.epoch.storage.postgres.state.LiveRelations;
import dev.epoch.storage.postgres.state.OverlayRelations;
import dev.epoch.storage.postgres.state.PhysicalState;
import dev.epoch.storage.postgres.state.PhysicalState.Overlaid;
import dev.epoch.storage.postgres.state.StateResolver;
import dev.epoch.storage.postgres.state.WorkingSetSql;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Writes history and overlay of a table anew from the changes of its commits. */
public final class Restoration {
  private final Database database;
  private final StateResolver resolver;
  private final LockRetries retries;

  public Restoration(Database database, StateResolver resolver, LockRetries retries) {
    this.database = database;
    this.resolver = resolver;
    this.retries = retries;
  }

  /** See {@link dev.epoch.storage.operation.OperationExecutor#restore}. All in one transaction. */
  public void restore(
      BranchHandle branch,
      RowsLocation origin,
      BranchTable head,
      Iterator<CommittedChanges> commits) {
    database.writeOnly(session -> {
      TableHandle table = head.table();
      if (branch.isDefault()) {
        restoreLive(session, table, commits);
      } else {
        restoreOverlay(session, branch, origin, head, commits);
      }
    });
  }

  private void lock(Session session, String relation) {
    retries.run(() ->
        session.inSavepoint(() -> {
          session.run(
              retries.setting() + "; LOCK TABLE " + relation + " IN SHARE ROW EXCLUSIVE MODE");
          return null;
        }));
  }

  /** Copies follow changes; what is put in the place of lost rows is none. */
  private void dropCopies(Session session, String which, Object... parameters) {
    retries.run(() ->
        session.inSavepoint(() -> {
          session.run(retries.setting());
          return session.list(
              "SELECT epoch.drop_copy(branch_id, table_id)::text FROM epoch.branch_tables"
                  + " WHERE "
                  + which,
              row -> row,
              parameters);
        }));
  }

  private void restoreLive(Session session, TableHandle table, Iterator<CommittedChanges> commits) {
    TableColumns columns = new TableColumns(table.schema());
    LiveRelations live = resolver.live(session, table);
    dropCopies(session, "table_id = $1", table.id());
    lock(session, live.workingSet());
    Optional<KeptValues> kept = KeptValues.aside(session, table.id(), columns, live);
    session.run("DELETE FROM " + live.history());
    boolean appendOnly = table.schema().appendOnly();
    RowIds ids = appendOnly ? RowIds.begin(session, table, columns, live) : null;
    while (commits.hasNext()) {
      CommittedChanges commit = commits.next();
      StagedTable staged = new StagedTable(table.id(), columns, live);
      staged.create(session);
      RowStream<RowChange> changes = commit.changes();
      staged.load(session, inverse(appendOnly ? ids.noting(changes) : changes));
      session.run(
          """
          INSERT INTO %1$s (epoch_kind, epoch_from, epoch_to, %2$s)
          SELECT s.epoch_kind,
            COALESCE((SELECT max(p.epoch_to + 0) FROM %1$s p WHERE %3$s), 0), %4$d, %5$s
          FROM %6$s s;
          DROP TABLE %6$s\
          """
              .formatted(
                  live.history(),
                  columns.allList(),
                  columns.sameKey("p", "s"),
                  commit.position(),
                  columns.all("s"),
                  staged.name()));
    }
    kept.ifPresent(KeptValues::putBack);
    if (appendOnly) {
      ids.restore();
    }
  }

  private static RowStream<RowChange> inverse(RowStream<RowChange> changes) {
    return new RowStream<>() {
      @Override
      public boolean hasNext() {
        return changes.hasNext();
      }

      @Override
      public RowChange next() {
        return changes.next().inverse();
      }

      @Override
      public void close() {
        changes.close();
      }
    };
  }

  private void restoreOverlay(
      Session session,
      BranchHandle branch,
      RowsLocation origin,
      BranchTable head,
      Iterator<CommittedChanges> commits) {
    TableHandle table = head.table();
    TableColumns columns = new TableColumns(table.schema());
    String[] numbered =
        session
            .list(
                "SELECT source FROM epoch.branch_sequences WHERE branch_id = $1",
                row -> row.getString(0),
                branch.id())
            .toArray(String[]::new);
    ensureRelations(session, branch, head);
    dropCopies(session, "branch_id = $2 AND table_id = $1", table.id(), branch.id());
    session.list(
        "SELECT epoch.close_where_committed($1, $2)::text", row -> row, branch.id(), table.id());
    OverlayRelations overlay = resolver.overlay(session, table, branch);
    lock(session, overlay.workingSet());
    BranchPlacement placement = resolver.placement(session, branch, table).orElseThrow();
    // what is not committed of an open table is in that, and not in the layers
    Optional<StagedTable> uncommitted = Optional.empty();
    if (placement.open() == null) {
      uncommitted =
          Optional.of(
              stageUncommitted(
                  session,
                  table,
                  columns,
                  resolver.own(session, table, branch, placement.anchor())));
    } else {
      lock(session, placement.open().workingSet());
    }
    placeAt(session, branch, table, columns, overlay, origin);
    long anchor = origin.anchor();
    long last = -1;
    while (commits.hasNext()) {
      CommittedChanges commit = commits.next();
      StagedTable staged = new StagedTable(table.id(), columns, resolver.live(session, table));
      staged.create(session);
      if (commit.alike() == null) {
        staged.load(session, commit.changes());
      } else {
        commit.changes().close();
        Overlaid before = resolver.own(session, table, branch, anchor);
        PhysicalState after = resolver.at(session, table, commit.alike());
        stage(
            session,
            staged,
            before,
            after,
            "(" + Candidates.between(columns, before, after).distinct() + ")");
      }
      boolean amends = commit.position() == last;
      if (!commit.unknown().isEmpty() && (amends || commit.alike() == null)) {
        PhysicalState of =
            amends
                ? resolver.own(session, table, branch, anchor)
                : resolver.at(session, table, RowsLocation.live(commit.location().anchor()));
        takeUnknown(session, staged, of, amends, commit.unknown());
      }
      write(session, branch, table, overlay, staged, anchor, commit.location().anchor());
      anchor = commit.location().anchor();
      if (commit.position() != last) {
        session.run(new WorkingSetSql(columns).moveToHistory(overlay, commit.position()));
      }
      last = commit.position();
      session.run("DELETE FROM %s; DROP TABLE %s".formatted(overlay.workingSet(), staged.name()));
    }
    if (uncommitted.isPresent()) {
      write(session, branch, table, overlay, uncommitted.get(), anchor, anchor);
    }
    if (table.schema().appendOnly()) {
      session.list("SELECT epoch.raise_row_ids($1)::text", row -> row, table.id());
    }
    session.list(
        "SELECT epoch.pass_restored_rows($1, $2, $3)::text",
        row -> row,
        branch.id(),
        table.id(),
        numbered);
    session.execute(
        "UPDATE epoch.branch_tables SET anchor = $1 WHERE branch_id = $2 AND table_id = $3",
        head.head().anchor(),
        branch.id(),
        table.id());
  }

  private static final String KNOW_BRANCH =
      """
      INSERT INTO epoch.branches (branch_id, repository, name, label, is_default, dropped)
      VALUES ($1, $2, $3, epoch.label($3, 12), false, true)
      ON CONFLICT DO NOTHING
      """;

  private static final String KNOW_TABLE =
      """
      INSERT INTO epoch.branch_tables (branch_id, table_id, anchor)
      VALUES ($1, $2, $3)
      ON CONFLICT DO NOTHING
      """;

  /** Where the catalog alone was lost. */
  private static final String KNOW_OVERLAY =
      """
      UPDATE epoch.branch_tables AS b
      SET has_overlay = true, source_overlay = NULL, source_position = NULL
      WHERE b.branch_id = $1 AND b.table_id = $2 AND NOT b.has_overlay
        AND to_regclass(format('epoch.%I', epoch.object_of('v', b.table_id, b.branch_id))) IS NOT NULL
      """;

  private static final String MISSING =
      """
      SELECT coalesce(string_agg(kind, ' '), '')
      FROM unnest(ARRAY['v', 'd', 'vw', 'vh']) AS kind
      WHERE to_regclass(format('epoch.%I', epoch.object_of(kind, $1, $2))) IS NULL
      """;

  private static final String MAKE_HISTORY =
      """
      SELECT epoch.create_image_table(
        epoch.object_of('vh', t.table_id, $2), epoch.live_table(t.table_id), t.columns, t.key_columns, true)::text
      FROM epoch.tables AS t
      WHERE t.table_id = $1
      """;

  /**
   * Makes what is not there of the overlay. A branch that the database does not know is put down as
   * one that is gone: its rows can be read then, and its name is free.
   */
  private static void ensureRelations(Session session, BranchHandle branch, BranchTable head) {
    String table = head.table().id();
    session.execute(KNOW_BRANCH, branch.id(), branch.repository(), branch.name());
    session.execute(KNOW_TABLE, branch.id(), table, head.head().anchor());
    session.execute(KNOW_OVERLAY, branch.id(), table);
    session.list("SELECT epoch.ensure_overlay($1, $2)::text", row -> row, branch.id(), table);
    String missing =
        session.first(MISSING, row -> row.getString(0), table, branch.id()).orElseThrow();
    if (missing.equals("vh")) {
      session.list(MAKE_HISTORY, row -> row, table, branch.id());
    } else if (!missing.isEmpty()) {
      session.list("SELECT epoch.drop_layers($1, $2)::text", row -> row, branch.id(), table);
      session.list("SELECT epoch.ensure_overlay($1, $2)::text", row -> row, branch.id(), table);
    }
  }

  private void write(
      Session session,
      BranchHandle branch,
      TableHandle table,
      OverlayRelations overlay,
      StagedTable staged,
      long from,
      long to) {
    new OverlayWriter(session, table.id(), staged.columns(), overlay)
        .write(staged, resolver.own(session, table, branch, from), to, true);
  }

  /** The rows that uncommitted changes gave the branch. */
  private StagedTable stageUncommitted(
      Session session, TableHandle table, TableColumns columns, Overlaid working) {
    StagedTable staged =
        new StagedTable("uncommitted_" + table.id(), columns, working.base().live());
    staged.create(session);
    stage(
        session, staged, WorkingSetSql.committed(working), working, working.overlay().workingSet());
    return staged;
  }

  /**
   * Gives rows the values that a state has in columns which they did not have.
   *
   * @param always false: only rows that are otherwise those of the state
   */
  private static void takeUnknown(
      Session session,
      StagedTable staged,
      PhysicalState state,
      boolean always,
      Set<String> unknown) {
    TableColumns columns = staged.columns();
    List<String> known = new ArrayList<>();
    List<String> taken = new ArrayList<>();
    for (String name : columns.writable()) {
      (unknown.contains(columns.column(name).id()) ? taken : known).add(name);
    }
    if (taken.isEmpty()) {
      return;
    }
    KeyedStates keyed = new KeyedStates(columns, "k");
    KeyedStates.StateAtKey of = keyed.add(state);
    session.run(
        """
        UPDATE %1$s s SET %2$s
        FROM (
          SELECT %3$s FROM %1$s k %4$s WHERE k.epoch_kind = 1 AND %5$s
        ) b
        WHERE s.epoch_kind = 1 AND %6$s AND (%9$s OR record_image_eq(ROW(%7$s), ROW(%8$s)))\
        """
            .formatted(
                staged.name(),
                TableColumns.each(taken, c -> c + " = b." + c, ", "),
                TableColumns.each(
                    columns.writable(),
                    c -> (columns.key().contains(c) ? "k." + c : of.column(c)) + " AS " + c,
                    ", "),
                keyed.joins(),
                of.present(),
                columns.sameKey("s", "b"),
                TableColumns.each(known, c -> columns.undomained(c, "s." + c), ", "),
                TableColumns.each(known, c -> columns.undomained(c, "b." + c), ", "),
                always));
  }

  /** What differs between two states, of these keys. */
  private static void stage(
      Session session, StagedTable staged, PhysicalState former, PhysicalState later, String keys) {
    TableColumns columns = staged.columns();
    KeyedStates keyed = new KeyedStates(columns, "k");
    KeyedStates.StateAtKey before = keyed.add(former);
    KeyedStates.StateAtKey now = keyed.add(later);
    session.run(
        """
        INSERT INTO %1$s (epoch_kind, %2$s)
        SELECT %3$s::integer, %4$s
        FROM %5$s k %6$s
        WHERE %7$s <> %3$s OR %3$s AND record_image_ne(%8$s, %9$s)\
        """
            .formatted(
                staged.name(),
                columns.allList(),
                now.present(),
                TableColumns.each(
                    columns.all(), c -> columns.key().contains(c) ? "k." + c : now.column(c), ", "),
                keys,
                keyed.joins(),
                before.present(),
                before.image(),
                now.image()));
  }

  /** An overlay without history that says what the branch saw before its first commit. */
  private void placeAt(
      Session session,
      BranchHandle branch,
      TableHandle table,
      TableColumns columns,
      OverlayRelations overlay,
      RowsLocation origin) {
    for (String relation :
        List.of(overlay.rows(), overlay.tombstones(), overlay.workingSet(), overlay.history())) {
      session.run("DELETE FROM " + relation);
    }
    if (origin.overlay() != null && !origin.overlay().equals(branch.id())) {
      String entries =
          session
              .first(
                  "SELECT epoch.entries_at($1, $2, $3)",
                  row -> row.getString(0),
                  table.id(),
                  origin.overlay(),
                  Long.toString(origin.overlayPosition()))
              .orElseThrow();
      session.run(
          """
          INSERT INTO %1$s (%2$s) SELECT %2$s FROM (%3$s) e WHERE e.epoch_kind = 1;
          INSERT INTO %4$s (%5$s) SELECT %5$s FROM (%3$s) e WHERE e.epoch_kind = 2\
          """
              .formatted(
                  overlay.rows(),
                  String.join(", ", columns.writable()),
                  entries,
                  overlay.tombstones(),
                  columns.keyList()));
    }
    session.run("DELETE FROM " + overlay.workingSet());
  }
}

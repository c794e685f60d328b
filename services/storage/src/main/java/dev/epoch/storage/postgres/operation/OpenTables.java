package dev.epoch.storage.postgres.operation;

import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.operation.Operation.CommitWorkingSet;
import dev.epoch.storage.operation.Operation.Drop;
import dev.epoch.storage.postgres.catalog.BranchShape;
import dev.epoch.storage.postgres.catalog.BranchShapes;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.ShapeMovedException;
import dev.epoch.storage.postgres.operation.write.LiveWriter;
import dev.epoch.storage.postgres.operation.write.OpenTableCommit;
import dev.epoch.storage.postgres.operation.write.StagedTable;
import dev.epoch.storage.postgres.state.BranchPlacement;
import dev.epoch.storage.postgres.state.JoinStrategy;
import dev.epoch.storage.postgres.state.LiveRelations;
import dev.epoch.storage.postgres.state.OpenRelations;
import dev.epoch.storage.postgres.state.StateResolver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The open tables of an operation. The operation itself works on the layers:
 *
 * <pre>
 *   push     layers get what is not committed in the open tables; what is much is committed
 *            from there ({@link OpenTableCommit})
 *   ...      what the operation does to the layers
 *   follow   open tables get the rows that it has changed, and back what is not committed then
 * </pre>
 */
final class OpenTables {
  private static final String OWN =
      """
      SELECT table_id FROM epoch.branch_tables
      WHERE branch_id = $1 AND table_id = ANY ($2) AND (definition IS NOT NULL OR open_rows IS NOT NULL)\
      """;

  private final Session session;
  private final StateResolver resolver;
  private final BranchHandle branch;
  private final List<OperationTable> all;
  private final OpenSchemas schemas;
  private final Map<String, Long> large = new HashMap<>();
  private List<OperationTable> open;

  OpenTables(
      Session session,
      StateResolver resolver,
      BranchHandle branch,
      List<OperationTable> tables,
      OpenSchemas schemas) {
    this.session = session;
    this.resolver = resolver;
    this.branch = branch;
    this.all = tables;
    this.schemas = schemas;
    this.open = tables.stream().filter(table -> table.open() != null).toList();
  }

  /**
   * Under the locks of all tables. Fails with {@link BusyException} if one was opened or closed
   * before they were had, with {@link ShapeMovedException} if one was altered.
   *
   * @param found whether the places of the tables were looked for under these locks
   * @return all tables; those that the operation may give other columns are closed
   */
  List<OperationTable> push(boolean found) {
    if (branch.isDefault() || all.isEmpty()) {
      return all;
    }
    if (!found) {
      requireStill();
    }
    List<OperationTable> real =
        all.stream().filter(table -> table.open() != null || table.scratch() != null).toList();
    if (real.isEmpty()) {
      return all;
    }
    real.forEach(
        table -> session.run("LOCK TABLE " + table.openRelation() + " IN ACCESS SHARE MODE"));
    requireKnown(real);
    for (OperationTable table : open) {
      if (mayStayOpen(table)) {
        long keys =
            session
                .first(
                    "SELECT epoch.push_few($1, $2)", row -> row.getLong(0), branch.id(), table.id())
                .orElseThrow();
        if (keys > 0) {
          large.put(table.id(), keys);
        }
      } else {
        call("SELECT epoch.push_open($1, $2)::text", table);
      }
    }
    return closeAltered();
  }

  /**
   * By table id: how many keys were written of tables that were not pushed, since they are many.
   */
  Map<String, Long> large() {
    return large;
  }

  private boolean mayStayOpen(OperationTable table) {
    return table.operation() instanceof CommitWorkingSet
        && table.overlay() != null
        && !schemas.altered().containsKey(table.id())
        && OpenTableCommit.suits(table.columns(), table.open());
  }

  private void requireStill() {
    Map<String, BranchPlacement> now =
        resolver.placements(session, branch, all.stream().map(OperationTable::id).toList());
    for (OperationTable table : all) {
      BranchPlacement placement = now.get(table.id());
      if (placement == null
          || !Objects.equals(placement.open(), table.open())
          || !Objects.equals(placement.scratch(), table.scratch())) {
        throw new BusyException(
            "Table " + table.handle().name() + " was opened or closed meanwhile", "Try again");
      }
    }
  }

  private void requireKnown(List<OperationTable> real) {
    List<TableHandle> unlooked =
        real.stream()
            .filter(table -> schemas.layered().contains(table.id()))
            .map(OperationTable::handle)
            .toList();
    if (!unlooked.isEmpty()) {
      unlooked.forEach(table -> resolver.forgetPlacement(branch, table.id()));
      throw new ShapeMovedException(unlooked);
    }
    Map<String, String> now =
        BranchShapes.versions(session, branch, real.stream().map(OperationTable::id).toList());
    List<TableHandle> moved =
        real.stream()
            .filter(table -> schemas.versions().containsKey(table.id()))
            .filter(table -> !schemas.versions().get(table.id()).equals(now.get(table.id())))
            .map(OperationTable::handle)
            .toList();
    if (!moved.isEmpty()) {
      throw new ShapeMovedException(moved);
    }
  }

  /**
   * Under the locks of the tables that were written: whoever wrote these may have opened, altered
   * or dropped others in the same transaction, without a row that is another then.
   *
   * @param looked all tables of the operation
   * @throws ShapeMovedException where one is not as it was looked at
   */
  void requireLooked(List<TableHandle> looked) {
    if (branch.isDefault()) {
      return;
    }
    Set<String> locked = new HashSet<>();
    List<TableHandle> moved = new ArrayList<>();
    for (OperationTable table : all) {
      locked.add(table.id());
      if (table.openRelation() != null
          && table.operation() instanceof CommitWorkingSet
          && !schemas.versions().containsKey(table.id())) {
        moved.add(table.handle());
      }
    }
    Map<String, TableHandle> others =
        looked.stream()
            .filter(table -> !locked.contains(table.id()))
            .collect(Collectors.toMap(TableHandle::id, table -> table));
    if (!others.isEmpty()) {
      BranchShapes.versions(session, branch, others.keySet())
          .forEach((id, version) -> {
            if (!version.equals(schemas.versions().get(id))) {
              moved.add(others.get(id));
            }
          });
    }
    if (!moved.isEmpty()) {
      moved.forEach(table -> resolver.forgetPlacement(branch, table.id()));
      throw new ShapeMovedException(moved);
    }
  }

  /**
   * Commits name no table that nobody versions: other branches and live tables do not have it.
   *
   * @throws TableChangedException where a foreign key that the branch commits refers to one
   */
  void requireRegisteredParents() {
    for (OperationTable table : all) {
      TableSchema schema =
          table.operation() instanceof CommitWorkingSet ? schemas.altered().get(table.id()) : null;
      if (schema == null) {
        continue;
      }
      for (Constraint key : schema.constraints()) {
        Optional<String> parent = BranchShape.unregisteredParent(key);
        if (parent.isPresent()) {
          throw new TableChangedException(
              "Foreign key '%s' of table '%s' refers to table '%s' of branch '%s', which is not registered"
                  .formatted(key.name(), table.handle().name(), parent.get(), branch.name()),
              "Register it (epoch table add %s --branch %s), or drop the key, and commit again"
                  .formatted(parent.get(), branch.name()));
        }
      }
    }
  }

  /** Rows that are written by others come into open tables that are like the live table. */
  private List<OperationTable> closeAltered() {
    List<String> written =
        open.stream()
            .filter(table -> !(table.operation() instanceof CommitWorkingSet))
            .map(OperationTable::id)
            .toList();
    if (written.isEmpty()) {
      return all;
    }
    Set<String> own =
        new HashSet<>(
            session.list(
                OWN, row -> row.getString(0), branch.id(), written.toArray(String[]::new)));
    written.stream().filter(id -> schemas.definitions().get(id) != null).forEach(own::add);
    open.stream()
        .filter(table -> table.operation() instanceof Drop)
        .forEach(table -> own.add(table.id()));
    List<OperationTable> tables = new ArrayList<>();
    for (OperationTable table : all) {
      if (own.contains(table.id())) {
        call("SELECT epoch.drop_open_table($1, $2)::text", table);
        call("SELECT epoch.rebuild_views($1, $2)::text", table);
        tables.add(table.layered());
      } else {
        tables.add(table);
      }
    }
    open = tables.stream().filter(table -> table.open() != null).toList();
    return tables;
  }

  /**
   * Gives open tables the rows that the layers have now, without firing triggers of users; those of
   * a schema-only branch their schema.
   *
   * @param staged by table id: rows that were merged; where there are none, all rows are compared
   */
  void follow(Map<String, StagedTable> staged) {
    List<OperationTable> written =
        open.stream().filter(t -> !(t.operation() instanceof CommitWorkingSet)).toList();
    if (!written.isEmpty()) {
      JoinStrategy.PLANNER.set(session);
      LiveWriter writer = new LiveWriter(session);
      for (OperationTable table : written) {
        OpenRelations relations = table.open();
        // epoch.switch_triggers_on notes that nothing passed the capture meanwhile
        session.run(
            """
            SELECT set_config('epoch.switching',
              CASE
                WHEN current_setting('epoch.switching', true) = 'broken'
                  OR epoch.capture_problem_at('%1$s'::regclass) IS NOT NULL THEN 'broken'
                ELSE 'whole'
              END, true);
            ALTER TABLE %2$s DISABLE TRIGGER USER\
            """
                .formatted(relations.rows().replace("'", "''"), relations.rows()));
        LiveRelations live =
            new LiveRelations(
                relations.rows(),
                relations.workingSet(),
                table.overlay().history(),
                table.live().shape());
        StagedTable changes = staged.get(table.id());
        writer.add(relations.path(), changes == null ? differences(table, live) : changes, live);
      }
      writer.write();
      written.forEach(table -> call("SELECT epoch.switch_triggers_on($1, $2)::text", table));
      session.run("SET LOCAL epoch.switching = ''");
    }
    for (OperationTable table : open) {
      call("SELECT epoch.pull_open($1, $2)::text", table);
    }
    all.stream()
        .filter(table -> table.scratch() != null)
        .filter(table -> !(table.operation() instanceof CommitWorkingSet))
        .forEach(table -> call("SELECT epoch.renew_empty_table($1, $2)::text", table));
  }

  private StagedTable differences(OperationTable table, LiveRelations live) {
    TableColumns columns = table.columns();
    StagedTable staged = new StagedTable("open_" + table.id(), columns, live);
    staged.create(session);
    String layered =
        session
            .first(
                "SELECT epoch.branch_select($1, $2)",
                row -> row.getString(0),
                branch.id(),
                table.id())
            .orElseThrow();
    String first = columns.key().getFirst();
    session.run(
        """
        INSERT INTO %1$s (epoch_kind, %2$s)
        SELECT 1, %3$s FROM (%4$s) l LEFT JOIN %5$s o ON %6$s
        WHERE o.%7$s IS NULL OR record_image_ne(%8$s, %9$s);
        INSERT INTO %1$s (epoch_kind, %10$s)
        SELECT 0, %11$s FROM %5$s o LEFT JOIN (%4$s) l ON %6$s
        WHERE l.%7$s IS NULL;
        ANALYZE %1$s\
        """
            .formatted(
                staged.name(),
                columns.allList(),
                columns.all("l"),
                layered,
                live.rows(),
                columns.sameKey("o", "l"),
                first,
                columns.image("l"),
                columns.image("o"),
                columns.keyList(),
                columns.key("o")));
    return staged;
  }

  private void call(String function, OperationTable table) {
    session.list(function, row -> row, branch.id(), table.id());
  }
}

package dev.epoch.storage.postgres;

import dev.epoch.events.Digest;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.TableContent;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.CaptureOffException;
import dev.epoch.storage.postgres.catalog.EpochSchema;
import dev.epoch.storage.postgres.catalog.PhysicalTables;
import dev.epoch.storage.postgres.catalog.TableShapes;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.state.PostgresStateReader;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.state.UncapturedTable;
import java.util.List;
import java.util.Optional;

/** Tables whose capture was off, and finding what came meanwhile: {@code rescan.sql}. */
final class PhysicalRescan {
  private final Database database;
  private final LockRetries retries;
  private final TableShapes shapes;
  private final PhysicalTables tables;
  private final PhysicalStates states;
  private final PostgresStateReader reader;

  PhysicalRescan(
      Database database,
      LockRetries retries,
      TableShapes shapes,
      PhysicalTables tables,
      PhysicalStates states,
      PostgresStateReader reader) {
    this.database = database;
    this.retries = retries;
    this.shapes = shapes;
    this.tables = tables;
    this.states = states;
    this.reader = reader;
  }

  /** See {@link dev.epoch.storage.TableStore#uncaptured}. */
  List<UncapturedTable> uncaptured(String repository) {
    return database.read(session ->
        EpochSchema.exists(session)
            ? session.list(
                """
                SELECT table_id, branch_id, problem FROM epoch.uncaptured($1)
                WHERE branch_id IS NOT NULL
                ORDER BY table_name, branch_name\
                """,
                row -> new UncapturedTable(row.getString(0), row.getString(1), row.getString(2)),
                repository)
            : List.of());
  }

  /** See {@link dev.epoch.storage.TableStore#rescan}. */
  void rescan(BranchHandle branch, BranchTable table, Digest content) {
    if (!branch.isDefault()) {
      open(branch, table);
    } else if (table.table().schema().appendOnly()) {
      write("SELECT epoch.rescan_appended($1)::text", table.table().id());
    } else {
      live(branch, table, content);
    }
    if (branch.isDefault()) {
      shapes.look(table.table());
    }
  }

  /** The layers have what is committed. */
  private void open(BranchHandle branch, BranchTable table) {
    retries.run(() ->
        database.write(
            retries.setting(),
            session -> {
              BranchTable physical = tables.physical(table);
              session.list(
                  "SELECT epoch.rescan_open($1, $2, $3)::text",
                  row -> row,
                  branch.id(),
                  table.table().id(),
                  reader.committedKeys(session, branch, physical));
              return null;
            }));
  }

  private void live(BranchHandle branch, BranchTable table, Digest content) {
    TableHandle handle = table.table();
    shapes.look(handle);
    String versions = write("SELECT epoch.recapture($1)", handle.id()).orElseThrow();
    // captured changes do not change it from here on
    ContentSum read = content(table);
    if (read.hash().equals(content)) {
      end(branch, handle, versions, false);
      return;
    }
    for (boolean sinceCommit : new boolean[] {false, true}) {
      String found =
          write("SELECT epoch.find_uncaptured($1, $2)", handle.id(), sinceCommit).orElseThrow();
      if (read.copy().minus(came(handle, found)).hash().equals(content)) {
        end(branch, handle, versions, true);
        return;
      }
    }
    throw new CaptureOffException(
        ("Rows of table '%s' were changed or deleted while nothing captured that, and nobody knows"
                + " any more what they were: commits read what is there now in their place")
            .formatted(handle.name()),
        ("Put these rows back and rescan again; or 'epoch table remove %1$s --purge' and"
                + " 'epoch table add %1$s': commits from before then say that they have it no more")
            .formatted(handle.name()));
  }

  private ContentSum content(BranchTable table) {
    TableState committed = new TableState.Committed(table.head());
    try (RowStream<Row> rows = states.rows(table.table(), committed, RowQuery.all())) {
      return TableContent.of(table.table().schema(), rows).sum();
    }
  }

  private ContentSum came(TableHandle table, String found) {
    try (RowStream<Row> rows = reader.rowsOf(shapes.physical(table), found)) {
      return TableContent.of(table.schema(), rows).sum();
    }
  }

  private void end(BranchHandle branch, TableHandle table, String versions, boolean takes) {
    if (!write("SELECT epoch.end_rescan($1, $2, $3)::text", table.id(), versions, takes)
        .orElse("false")
        .equals("true")) {
      throw new CaptureOffException(
          table.name(), branch.name(), true, "its triggers were switched off again meanwhile");
    }
  }

  private Optional<String> write(String sql, Object... parameters) {
    return retries.run(() ->
        database.write(
            retries.setting(),
            session ->
                session
                    .first(sql, row -> Optional.ofNullable(row.getString(0)), parameters)
                    .flatMap(answer -> answer)));
  }
}

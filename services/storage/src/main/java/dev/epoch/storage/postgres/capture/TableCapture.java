package dev.epoch.storage.postgres.capture;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.error.TableOwnedException;
import dev.epoch.storage.postgres.catalog.EpochSchema;
import dev.epoch.storage.postgres.catalog.Introspector;
import dev.epoch.storage.postgres.catalog.Registering;
import dev.epoch.storage.postgres.catalog.TableShapes;
import dev.epoch.storage.postgres.catalog.VersionableTable;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import io.vertx.mutiny.sqlclient.Row;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Starts the capture of changes, and ends it for the whole database. */
public final class TableCapture {
  private final Database database;
  private final LockRetries retries;

  public TableCapture(Database database, LockRetries retries) {
    this.database = database;
    this.retries = retries;
  }

  /** See {@link dev.epoch.storage.TableStore#install}. */
  public void install(OperationId operation, TableHandle table) {
    Registering.run(
        database,
        retries,
        session -> {
          if (isNew(session, operation, table)) {
            install(session, operation, table);
          }
        });
  }

  private static boolean isNew(Session session, OperationId operation, TableHandle table) {
    Optional<Row> known = known(session, table);
    known
        .filter(
            row -> !isOf(row, table) || !row.getUUID("install_operation").equals(operation.id()))
        .ifPresent(row -> {
          throw owned(table, row);
        });
    return known.isEmpty();
  }

  /** What the catalog has by the id or by the path of the table. */
  private static Optional<Row> known(Session session, TableHandle table) {
    return session.first(
        """
        SELECT table_id, repository, name, install_operation
        FROM epoch.tables
        WHERE table_id = $1 OR schema_name = $2 AND table_name = $3
        """,
        row -> row,
        table.id(),
        table.path().schema(),
        table.path().table());
  }

  private static boolean isOf(Row row, TableHandle table) {
    return row.getString("table_id").equals(table.id());
  }

  private static TableOwnedException owned(TableHandle table, Row owner) {
    return new TableOwnedException(
        "Table "
            + table.path()
            + " is versioned by repository "
            + owner.getString("repository")
            + " as "
            + owner.getString("name"),
        "Remove it there first: epoch table remove");
  }

  private static void install(Session session, OperationId operation, TableHandle table) {
    requireTable(session, table);
    session.list(
        "SELECT epoch.install_table($1, $2, $3, $4, $5, $6, $7, $8)::text",
        row -> row,
        table.id(),
        table.repository(),
        table.name(),
        table.path().schema(),
        table.path().table(),
        table.schema().primaryKey().toArray(String[]::new),
        operation.position(),
        operation.id());
    TableShapes.note(session, table.id(), table.schema());
  }

  private static void requireTable(Session session, TableHandle table) {
    boolean there =
        session
            .first(
                "SELECT to_regclass(format('%I.%I', $1::text, $2::text)) IS NOT NULL AS there",
                row -> row.getBoolean("there"), table.path().schema(), table.path().table())
            .orElseThrow();
    if (!there) {
      throw new TableNotFoundException(
          "There is no table " + table.path(), "Check its schema and name");
    }
    VersionableTable.requireColumns(table.path(), table.schema().usersColumns());
  }

  /** See {@link dev.epoch.storage.TableStore#repair}. */
  public void repair(TableHandle table, long position) {
    Registering.run(
        database,
        retries,
        session -> {
          Optional<Row> known = known(session, table);
          known
              .filter(row -> !isOf(row, table))
              .ifPresent(row -> {
                throw owned(table, row);
              });
          if (known.isEmpty()) {
            requireSameColumns(session, table);
            install(session, new OperationId(UUID.randomUUID(), position), table);
            identify(session, table);
          } else if (isLost(session, table)) {
            session.list("SELECT epoch.create_capture($1)::text", row -> row, table.id());
          }
        });
  }

  /** Columns have the ids that the log has for them. */
  private static void identify(Session session, TableHandle table) {
    for (Column column : table.schema().usersColumns()) {
      session.execute(
          """
          UPDATE epoch.table_columns SET column_id = $3, initial = $4, filled = $5
          WHERE table_id = $1 AND name = $2\
          """,
          table.id(),
          column.name(),
          column.id(),
          column.initialDefault(),
          column.wasFilled());
    }
    TableShapes.note(session, table.id(), table.schema());
  }

  /** The catalog, which would tell what the columns were, is lost. */
  private static void requireSameColumns(Session session, TableHandle table) {
    TableSchema registered = table.schema();
    TableSchema now =
        Introspector.introspect(session, table.path(), registered.primaryKey()).schema();
    if (!columns(now).equals(columns(registered))
        || !now.primaryKey().equals(registered.primaryKey())) {
      throw new TableChangedException(
          "The table " + table.path() + " is not the one that was registered: its columns changed",
          "Undo the change, or remove the table and register it again: epoch table remove "
              + table.name());
    }
  }

  private static List<Map.Entry<String, DataType>> columns(TableSchema schema) {
    return schema.columns().stream()
        .map(column -> Map.entry(column.name(), column.type()))
        .toList();
  }

  private static boolean isLost(Session session, TableHandle table) {
    return session
        .first(
            "SELECT epoch.is_capture_lost($1) AS lost", row -> row.getBoolean("lost"), table.id())
        .orElseThrow();
  }

  /** See {@link dev.epoch.storage.StorageAdapter#uninstall}. */
  public void uninstall() {
    retries.run(() ->
        database.write(session -> {
          session.run(retries.setting());
          if (EpochSchema.exists(session)) {
            EpochSchema.ensure(session);
            session.list("SELECT epoch.remove_all()::text", row -> row);
            EpochSchema.drop(session);
          }
          return null;
        }));
  }

  /** Partitions, as {@code schema.table}, whose direct writes are not captured yet. */
  List<String> uncapturedPartitions() {
    return database.read(session ->
        EpochSchema.exists(session)
            ? session.list(
                """
                SELECT p::text AS partition
                FROM epoch.tables AS t, epoch.uncaptured_partitions(t.table_id) AS p
                ORDER BY 1
                """,
                row -> row.getString("partition"))
            : List.of());
  }
}

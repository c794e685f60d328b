package dev.epoch.gateway.read;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.query.QueryResult;
import dev.epoch.storage.query.ReadQuery;
import dev.epoch.storage.sql.SqlToken;
import dev.epoch.storage.sql.SqlTokens;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reading records and running queries in a snapshot. */
public final class ReadService {
  private final Backends backends;

  public ReadService(Backends backends) {
    this.backends = backends;
  }

  /** What a client of the branch sees now. */
  public Snapshot working(RepositoryState state, BranchState branch) {
    return Snapshot.working(state, branch, backends.workingTables(state, branch));
  }

  public RowStream<Row> rows(Snapshot snapshot, String table, RowQuery query) {
    Snapshot.Readable readable = snapshot.table(table);
    return backends
        .adapter(snapshot.state(), readable.handle())
        .rows(readable.handle(), readable.state(), query);
  }

  public Optional<Row> row(Snapshot snapshot, String table, RowKey key) {
    Snapshot.Readable readable = snapshot.table(table);
    return backends
        .adapter(snapshot.state(), readable.handle())
        .row(readable.handle(), readable.state(), key);
  }

  /**
   * Names, in order, of columns of the table as the snapshot has it whose values are not known any
   * more for rows that only the live table had: a column that was dropped there since, or changed
   * to a type that cannot hold them.
   */
  public List<String> lost(Snapshot snapshot, String table) {
    Snapshot.Readable readable = snapshot.tables().get(table);
    return readable == null
        ? List.of()
        : backends.adapter(snapshot.state(), readable.handle()).lost(readable.handle()).stream()
            .sorted()
            .toList();
  }

  /**
   * As {@link #lost(Snapshot, String)}, of the tables that a statement mentions: {@code
   * table.column}, in order.
   */
  public List<String> lostTo(Snapshot snapshot, String sql) {
    Set<String> lost = new TreeSet<>();
    for (SqlToken token : SqlTokens.of(sql)) {
      if (token.isName() && snapshot.tables().containsKey(token.value())) {
        String id = snapshot.tables().get(token.value()).handle().id();
        String table = snapshot.state().tables().byId().get(id).name();
        lost(snapshot, token.value()).forEach(column -> lost.add(table + "." + column));
      }
    }
    return List.copyOf(lost);
  }

  /**
   * The commits of one record of a table that is registered now.
   *
   * @throws RefusedException if there is no such table
   */
  public RecordHistory history(RepositoryState state, String table, RowKey key) {
    return new RecordHistory(backends, state, registered(state, table), key);
  }

  /** The table of this name that is registered now. */
  public static RegisteredTable registered(RepositoryState state, String table) {
    return state
        .tables()
        .named(table)
        .orElseThrow(() ->
            new RefusedException(
                Code.TABLE_NOT_FOUND,
                "Table '" + table + "' is not registered",
                Map.of("table", table)));
  }

  /** Values of the database that a table is in. */
  public ValueCodec values(RepositoryState state, TableHandle table) {
    return backends.adapter(state, table).values();
  }

  /** Runs a reading statement over the tables of one database. */
  public QueryResult query(
      Snapshot snapshot, String sql, List<JsonNode> parameters, int limit, Duration timeout) {
    Map<StorageAdapter, Map<TableHandle, TableState>> databases = new HashMap<>();
    for (Snapshot.Readable readable : snapshot.tables().values()) {
      databases
          .computeIfAbsent(
              backends.adapter(snapshot.state(), readable.handle()), adapter -> new HashMap<>())
          .put(readable.handle(), readable.state());
    }
    if (databases.isEmpty()) {
      throw new RefusedException(
          Code.TABLE_NOT_FOUND,
          "There is no table in " + snapshot.label(),
          Map.of("ref", snapshot.label(), "remedy", "epoch table add, then epoch commit"));
    }
    Map.Entry<StorageAdapter, Map<TableHandle, TableState>> database = chosen(databases, sql);
    try {
      return database
          .getKey()
          .queries()
          .orElseThrow(() ->
              new RefusedException(
                  Code.VALIDATION,
                  "The storage of these tables runs no queries",
                  Map.of("remedy", "Read the records of one table at a time")))
          .query(new ReadQuery(sql, parameters, database.getValue(), limit, timeout));
    } catch (QueryRefusedException refused) {
      snapshot.removed().stream()
          .filter(table -> refused.getMessage().contains("\"" + table + "\""))
          .findFirst()
          .ifPresent(snapshot::requireKept);
      throw refused;
    }
  }

  /** With several databases, the one whose tables the statement names. */
  private static Map.Entry<StorageAdapter, Map<TableHandle, TableState>> chosen(
      Map<StorageAdapter, Map<TableHandle, TableState>> databases, String sql) {
    if (databases.size() == 1) {
      return databases.entrySet().iterator().next();
    }
    String lower = sql.toLowerCase(java.util.Locale.ROOT);
    Set<Map.Entry<StorageAdapter, Map<TableHandle, TableState>>> named = new LinkedHashSet<>();
    for (var database : databases.entrySet()) {
      for (TableHandle table : database.getValue().keySet()) {
        if (lower.contains(table.name().toLowerCase(java.util.Locale.ROOT))) {
          named.add(database);
        }
      }
    }
    if (named.size() != 1) {
      throw new RefusedException(
          Code.VALIDATION,
          named.isEmpty()
              ? "The query names no registered table"
              : "The query joins tables of different databases, which is not possible yet",
          Map.of());
    }
    return named.iterator().next();
  }
}

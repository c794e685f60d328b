package dev.epoch.gateway.rebuild;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.branch.BranchRegistrar;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.storage.CleanupService;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.Repositories;
import dev.epoch.log.ChunkStore;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.TableContent;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.operation.OperationExecutor.CommittedChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Compares what databases hold with what the log says, and writes it anew from the log: histories
 * and overlays, everything but the tables that users own.
 */
public final class RebuildService {
  private final ChunkStore chunks;
  private final Backends backends;
  private final Repositories repositories;
  private final BranchRegistrar registrar;

  public RebuildService(
      ChunkStore chunks, Backends backends, Repositories repositories, BranchRegistrar registrar) {
    this.chunks = chunks;
    this.backends = backends;
    this.repositories = repositories;
    this.registrar = registrar;
  }

  /** A state that reads otherwise than the log says. */
  public record Difference(
      String commit, String branch, String table, Digest logged, Digest found, String problem) {}

  /**
   * What a comparison found.
   *
   * @param states how many were read
   * @param differences empty if all is well
   */
  public record Report(int states, List<Difference> differences) {}

  /**
   * Reads every committed state of every table, each once, and compares its content hash with the
   * log's. States that no branch reaches and that were cleaned up are left out.
   */
  public Report verify(LiveRepository repository) {
    RepositoryState state = repository.state();
    Map<String, TableEntry> states = new TreeMap<>();
    Map<String, String> where = new TreeMap<>();
    for (CommitState commit : state.commits().byId().values()) {
      for (TableEntry entry : commit.changed()) {
        String key = key(entry);
        if (states.put(key, entry) == null) {
          where.put(key, commit.id());
        }
      }
    }
    Map<String, String> branches = new TreeMap<>();
    for (BranchState branch : state.branches().byId().values()) {
      for (TableEntry entry : state.head(branch).tree().values()) {
        TableEntry at = at(entry, branch);
        String key = key(at);
        if (states.put(key, at) == null) {
          where.put(key, branch.head());
        }
        branches.put(key, branch.name());
      }
    }
    List<Difference> differences = new ArrayList<>();
    CleanupService.Kept kept = CleanupService.kept(state);
    int read = 0;
    for (Map.Entry<String, TableEntry> each : states.entrySet()) {
      TableEntry entry = each.getValue();
      RegisteredTable table = state.tables().byId().get(entry.tableId());
      if (table.removed() && !table.kept()) {
        continue;
      }
      read++;
      String commit = where.get(each.getKey());
      String branch = branches.get(each.getKey());
      try {
        TableHandle handle = Backends.handle(state, entry);
        StorageAdapter adapter = backends.adapter(state, table);
        if (!adapter.lost(handle).isEmpty()) {
          // what a column had that was dropped is not in the log
          read--;
          continue;
        }
        Digest found = contentHash(adapter, handle, new TableState.Committed(entry.location()));
        if (!found.equals(entry.contentHash())) {
          differences.add(
              new Difference(
                  commit,
                  branch,
                  table.name(),
                  entry.contentHash(),
                  found,
                  "rows differ from the log"));
        }
      } catch (RuntimeException e) {
        String overlay = entry.location().overlay();
        boolean mayBeGone =
            overlay != null && !kept.overlays().contains(overlay)
                || table.removed() && !kept.tables().contains(table.id());
        if (e instanceof HistoryPrunedException && mayBeGone) {
          read--;
          continue;
        }
        differences.add(
            new Difference(
                commit,
                branch,
                table.name(),
                entry.contentHash(),
                null,
                String.valueOf(e.getMessage())));
      }
    }
    return new Report(read, differences);
  }

  private static TableEntry at(TableEntry entry, BranchState branch) {
    return new TableEntry(
        entry.tableId(),
        entry.name(),
        entry.schemaHash(),
        entry.contentHash(),
        entry.contentSum(),
        entry.rowCount(),
        branch.location(entry),
        entry.changeSet(),
        entry.inserted(),
        entry.updated(),
        entry.deleted());
  }

  private static String key(TableEntry entry) {
    return entry.tableId() + " " + entry.schemaHash().hex() + " " + entry.location();
  }

  private static Digest contentHash(StorageAdapter adapter, TableHandle handle, TableState rowsOf) {
    try (RowStream<Row> rows = adapter.rows(handle, rowsOf, RowQuery.all())) {
      return TableContent.of(handle.schema(), rows).sum().hash();
    }
  }

  /**
   * Writes histories and overlays anew from the log, those of deleted branches too unless they were
   * cleaned up, then compares everything. A cleanup that comes meanwhile waits.
   */
  public Report rebuild(LiveRepository repository) {
    return repository.retention().rebuild(() -> rebuilt(repository));
  }

  private Report rebuilt(LiveRepository repository) {
    // a table begins with rows of tables that come before it
    LoggedTables log = new LoggedTables(repositories.stream(repository.name()));
    List<LoggedTable> tables = log.read(repository.name());
    Set<StorageAdapter> databases = repaired(repository);
    registrar.forgetUnknown(repository);
    Set<String> branches = Set.copyOf(repository.state().branches().byId().keySet());
    branches.forEach(branch -> registrar.convergeBare(repository, branch));
    Set<String> restored = new HashSet<>();
    if (restoreAll(repository, tables, log.entries(), restored)) {
      // some begin again, with the rows of those that came behind them
      restoreAll(repository, tables, log.entries(), restored);
    }
    databases.forEach(database ->
        database.sessions().ifPresent(sessions -> sessions.renewViews(repository.name())));
    branches.forEach(branch -> registrar.converge(repository, branch));
    return verify(repository);
  }

  /**
   * Live tables first, then those of branches.
   *
   * @param restored places whose rows can be read; gets each that is restored
   * @return whether rows of places that come later were missed
   */
  private boolean restoreAll(
      LiveRepository repository,
      List<LoggedTable> tables,
      LoggedEntries entries,
      Set<String> restored) {
    boolean missed = false;
    Map<StorageAdapter, Set<String>> held = new HashMap<>();
    for (boolean live : new boolean[] {true, false}) {
      for (LoggedTable table : tables) {
        RepositoryState state = repository.state();
        RegisteredTable registered = state.tables().byId().get(table.tableId());
        boolean isLive = table.branchId().equals(state.profile().defaultBranchId());
        if (isLive == live
            && !registered.removed()
            && held.computeIfAbsent(
                    backends.adapter(state, registered),
                    database -> CleanupService.held(state, database))
                .contains(table.branchId())) {
          restored.add(place(table.branchId(), table.tableId()));
          missed |= restore(repository, table, entries, restored);
        }
      }
    }
    return missed;
  }

  /** The databases, which then capture changes of every table. */
  private Set<StorageAdapter> repaired(LiveRepository repository) {
    ReentrantLock lock = repository.branchLock(repository.state().defaultBranch().id());
    lock.lock();
    try {
      RepositoryState state = repository.state();
      Set<StorageAdapter> databases = new HashSet<>();
      for (RegisteredTable table : state.tables().byId().values()) {
        if (!table.removed()) {
          StorageAdapter database = backends.adapter(state, table);
          if (table.branch() == null || Backends.isLive(state, table)) {
            database.repair(Backends.newest(state, table), table.position());
          } else {
            database
                .ownTables()
                .orElseThrow()
                .repair(table.branch(), Backends.handle(state, table), table.position());
          }
          databases.add(database);
        }
      }
      return databases;
    } finally {
      lock.unlock();
    }
  }

  /**
   * @param restored places whose rows can be read: of those that came before, and of this one as
   *     far as it is restored
   * @return whether rows of another place were missed
   */
  private boolean restore(
      LiveRepository repository, LoggedTable logged, LoggedEntries entries, Set<String> restored) {
    ReentrantLock lock = repository.branchLock(logged.branchId());
    lock.lock();
    try {
      RepositoryState state = repository.state();
      BranchState branch = state.branches().byId().get(logged.branchId());
      RegisteredTable table = state.tables().byId().get(logged.tableId());
      if (branch != null && branch.operation() != null) {
        throw new RefusedException(
            Code.BRANCH_BUSY,
            "An operation on branch '" + branch.name() + "' is in doubt",
            Map.of("branch", branch.name()));
      }
      TableHandle newest = Backends.newest(state, table);
      TableHandle handle =
          newest.with(LoggedChanges.everyColumn(state, table.id(), newest.schema()));
      LoggedChanges changes = new LoggedChanges(chunks, handle.schema());
      AtomicBoolean missed = new AtomicBoolean();
      Iterator<CommittedChanges> commits =
          logged.steps().stream()
              .map(step -> {
                LoggedEntries.Path path = entries.path(step.from(), step.to());
                RowsLocation alike = null;
                if (!step.to().location().equals(step.location())
                    && entries.leavesUntold(path, step.to(), state.tables()::schema)) {
                  alike = alike(step.to(), restored);
                  missed.compareAndSet(false, alike == null);
                }
                return new CommittedChanges(
                    step.position(),
                    step.location(),
                    changes.along(path),
                    alike,
                    unknown(handle.schema(), state.tables().schema(step.to().schemaHash())));
              })
              .iterator();
      backends
          .adapter(state, table)
          .restore(
              branch == null
                  ? new BranchHandle(state.name(), logged.branchId(), logged.branch(), false)
                  : Backends.handle(state, branch),
              logged.origin(),
              new BranchTable(handle, head(state, branch, table, logged)),
              commits);
      return missed.get();
    } finally {
      lock.unlock();
    }
  }

  /** Columns that a table has beside those of one of its schemas. */
  private static Set<String> unknown(TableSchema all, TableSchema then) {
    Set<String> unknown = new HashSet<>();
    all.columns().forEach(column -> unknown.add(column.id()));
    then.columns().forEach(column -> unknown.remove(column.id()));
    return unknown;
  }

  /** Where rows of an entry are, if they are restored there by now; else null. */
  private static RowsLocation alike(TableEntry entry, Set<String> restored) {
    RowsLocation location = entry.location();
    return location.overlay() == null
            || restored.contains(place(location.overlay(), entry.tableId()))
        ? location
        : null;
  }

  private static String place(String branchId, String tableId) {
    return branchId + "/" + tableId;
  }

  /** Where the branch has the table's rows; where it had them last, if it does not any more. */
  private static RowsLocation head(
      RepositoryState state, BranchState branch, RegisteredTable table, LoggedTable logged) {
    TableEntry entry = branch == null ? null : state.head(branch).tree().get(table.name());
    return entry == null || !entry.tableId().equals(table.id())
        ? logged.steps().getLast().location()
        : branch.location(entry);
  }
}

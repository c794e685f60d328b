package dev.epoch.storage.sqlite;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.OpenBranchTables;
import dev.epoch.storage.branch.OpenedTables;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.layered.LayerSession;
import dev.epoch.storage.relational.BranchWorkspaces;
import dev.epoch.storage.relational.RelationalStore;
import dev.epoch.storage.relational.RelationalStore.TableOfBranch;
import dev.epoch.storage.sqlite.SqliteWorkspaceFile.Table;
import dev.epoch.storage.sqlite.SqliteWorkspaceRegistry.Open;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Files beside the database, in which clients find branches as tables of their own.
 *
 * <p>A file's changes are uncommitted rows of the branch: they are brought into its layers before
 * anything reads or writes these, and what changes there otherwise is brought into the file, in one
 * transaction of each, the database's first. Where a process dies between the two, numbers on both
 * sides tell: changes up to the number that the database has noted are there already, and a table
 * with another version than the database has noted lacks what was written last.
 */
final class SqliteWorkspaces implements BranchWorkspaces, OpenBranchTables {
  private final RelationalStore store;
  private final SqliteSettings settings;
  private final SqliteDialect dialect;

  SqliteWorkspaces(RelationalStore store, SqliteSettings settings) {
    this.store = store;
    this.settings = settings;
    this.dialect = new SqliteDialect(settings.file().toString());
  }

  private SqliteWorkspaceRegistry registry(Connection connection) {
    return new SqliteWorkspaceRegistry(new SqliteSql(connection, dialect));
  }

  private Path file(Open open) {
    return settings.file().resolveSibling(open.file());
  }

  private SqliteWorkspaceFile open(Path file, boolean create) {
    return SqliteWorkspaceFile.open(file, settings, create);
  }

  /** Reads what is open, in no transaction. */
  private Optional<Open> find(String branchId) {
    try (Connection connection = store.connection()) {
      return registry(connection).find(branchId);
    } catch (SQLException e) {
      throw dialect.translate(e, "look for workspaces");
    }
  }

  // ---- what goes in and out

  @Override
  public Visit enter(
      LayerSession session,
      Connection connection,
      BranchHandle branch,
      Collection<TableHandle> tables,
      boolean needed) {
    SqliteWorkspaceRegistry registry = registry(connection);
    Open open = registry.find(branch.id()).orElse(null);
    if (open == null) {
      return Visit.NONE;
    }
    SqliteWorkspaceFile file = null;
    try {
      file = open(file(open), false);
      file.begin(true);
      file.requireIdentity(open.id());
      SqliteWorkspaceVisit visit =
          new SqliteWorkspaceVisit(store, session, registry, branch, open, file);
      visit.pull(tables);
      return visit;
    } catch (StorageException e) {
      if (file != null) {
        file.close();
      }
      if (needed) {
        throw e;
      }
      registry.distrust(branch.id());
      return Visit.NONE;
    }
  }

  @Override
  public void refresh(BranchHandle branch, Collection<TableHandle> tables) {
    Open open = find(branch.id()).orElse(null);
    if (open == null || !isBehind(open, tables)) {
      return;
    }
    try (LayerSession session = store.begin(branch, tables, true)) {
      session.commit();
    }
  }

  /** Whether a client changed something, or the file lacks something; locks nothing. */
  private boolean isBehind(Open open, Collection<TableHandle> tables) {
    try (SqliteWorkspaceFile file = open(file(open), false)) {
      file.begin(false);
      file.requireIdentity(open.id());
      Map<Integer, Table> there = new LinkedHashMap<>();
      file.tables().forEach(table -> there.put(table.number(), table));
      for (SqliteWorkspaceRegistry.OpenTable known : open.tables()) {
        TableHandle handle =
            tables.stream().filter(table -> table.id().equals(known.id())).findFirst().orElse(null);
        Table table = there.get(known.number());
        if (handle == null) {
          continue;
        }
        if (table == null) {
          return true;
        }
        file.shapes().requireRows(table, handle);
        if (!file.isCaptured(table)
            || file.last(table) != known.drained()
            || table.version() != known.version()) {
          return true;
        }
      }
      return false;
    }
  }

  /** Changes of schemas in the file, which no commit of the branch would have. */
  void requireRowsAlone(BranchHandle branch) {
    Open open = find(branch.id()).orElse(null);
    if (open != null) {
      try (SqliteWorkspaceFile file = open(file(open), false)) {
        file.begin(false);
        file.requireIdentity(open.id());
        file.shapes().requireNothingElse(file.tables());
      }
    }
  }

  /** Where the rows of a branch with a workspace are; nothing of others. */
  List<String> heads(String branchId) {
    if (find(branchId).isEmpty()) {
      return List.of();
    }
    try (Connection connection = store.connection()) {
      return registry(connection).heads(branchId);
    } catch (SQLException e) {
      throw dialect.translate(e, "read heads");
    }
  }

  /** Layers were written in another way: the file is compared with them when it is met next. */
  void distrust(String branchId) {
    if (find(branchId).isPresent()) {
      try (LayerSession session =
          store.begin((_, connection) -> {
            registry(connection).distrust(branchId);
            return Visit.NONE;
          })) {
        session.commit();
      }
    }
  }

  /** The same of all branches. */
  void distrustAll() {
    branches().forEach(this::distrust);
  }

  private List<String> branches() {
    try (Connection connection = store.connection()) {
      return registry(connection).branches();
    } catch (SQLException e) {
      throw dialect.translate(e, "look for workspaces");
    }
  }

  // ---- opening

  @Override
  public OpenedTables open(BranchHandle branch, Collection<TableHandle> tables) {
    if (branch.isDefault()) {
      throw new StorageException(
          "The tables of the default branch are those of the database", "Open the database itself");
    }
    try (SqliteWorkspaceOpening opening =
            new SqliteWorkspaceOpening(store, settings, branch, tables);
        LayerSession session =
            store.begin((begun, connection) -> opening.in(begun, registry(connection)))) {
      // the file first: what the database does not know of it is made anew
      opening.commit();
      session.commit();
      return opened(branch, opening.reasons());
    }
  }

  @Override
  public OpenedTables opened(BranchHandle branch) {
    return opened(branch, Map.of());
  }

  private OpenedTables opened(BranchHandle branch, Map<String, String> reasons) {
    List<OpenedTables.Table> tables = new ArrayList<>();
    Open open = find(branch.id()).orElse(null);
    try (LayerSession session = store.begin(false)) {
      Map<String, Table> there = new LinkedHashMap<>();
      try (SqliteWorkspaceFile file = open == null ? null : open(file(open), false)) {
        if (file != null) {
          file.begin(false);
          file.tables().forEach(table -> there.put(table.id(), table));
        }
        for (TableOfBranch table : store.tablesOf(session, branch)) {
          String id = table.table().id();
          Table opened = there.get(id);
          tables.add(
              opened == null
                  ? new OpenedTables.Table(id, false, reasons.get(id), 0, 0, false)
                  : new OpenedTables.Table(
                      id, true, null, file.count(opened), file.bytes(opened), false));
        }
      }
    }
    return new OpenedTables(tables, List.of(), open == null ? null : file(open).toString());
  }

  // ---- closing

  @Override
  public void close(BranchHandle branch, Collection<TableHandle> tables) {
    Open open = find(branch.id()).orElse(null);
    if (open == null) {
      return;
    }
    boolean all =
        tables.isEmpty()
            || open.tables().stream()
                .allMatch(
                    known -> tables.stream().anyMatch(table -> table.id().equals(known.id())));
    if (!Files.exists(file(open))) {
      forget(branch.id());
      return;
    }
    SqliteWorkspaceVisit[] visits = new SqliteWorkspaceVisit[1];
    try (LayerSession session =
        store.begin((begun, connection) -> {
          SqliteWorkspaceRegistry registry = registry(connection);
          SqliteWorkspaceFile file = open(file(open), false);
          try {
            file.begin(true);
            file.requireIdentity(open.id());
            visits[0] = new SqliteWorkspaceVisit(store, begun, registry, branch, open, file);
            List<TableHandle> closing =
                store.tablesOf(begun, branch).stream()
                    .map(TableOfBranch::table)
                    .filter(table ->
                        all || tables.stream().anyMatch(given -> given.id().equals(table.id())))
                    .toList();
            visits[0].pull(closing);
            visits[0].close(closing, all);
            return visits[0];
          } catch (RuntimeException e) {
            file.close();
            throw e;
          }
        })) {
      session.commit();
    }
    if (all) {
      SqliteWorkspaceFile.delete(file(open));
    }
  }

  /** A branch is gone, and its file with it. */
  void forget(String branchId) {
    Open open = find(branchId).orElse(null);
    if (open == null) {
      return;
    }
    try (LayerSession session =
        store.begin((_, connection) -> {
          registry(connection).remove(branchId);
          return Visit.NONE;
        })) {
      session.commit();
    }
    SqliteWorkspaceFile.delete(file(open));
  }

  /** All of them go. */
  void forgetAll() {
    branches().forEach(this::forget);
  }

  /** Ids of branches in whose workspaces a table is open. */
  private List<String> branches(TableHandle table) {
    return branches().stream()
        .filter(branch -> find(branch).flatMap(open -> open.table(table.id())).isPresent())
        .toList();
  }

  /** Brings in what clients changed in a table, on whichever branch. */
  void pull(TableHandle table) {
    for (String branch : branches(table)) {
      refresh(new BranchHandle(table.repository(), branch, branch, false), List.of(table));
    }
  }

  /** A table is versioned no more: no branch has it. */
  void removed(TableHandle table) {
    for (String branch : branches(table)) {
      Open open = find(branch).orElseThrow();
      int number = open.table(table.id()).orElseThrow().number();
      try (LayerSession session =
          store.begin((_, connection) -> {
            registry(connection).remove(branch, number);
            return Visit.NONE;
          })) {
        session.commit();
      }
      if (Files.exists(file(open))) {
        try (SqliteWorkspaceFile file = open(file(open), false)) {
          file.begin(true);
          file.requireIdentity(open.id());
          file.tables().stream().filter(known -> known.number() == number).forEach(file::drop);
          file.commit();
        }
      }
    }
  }
}

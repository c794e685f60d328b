package dev.epoch.storage.sqlite;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.OpenBranchTables;
import dev.epoch.storage.branch.OpenedTables;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.layered.LayerSession;
import dev.epoch.storage.layered.StateLayers;
import dev.epoch.storage.relational.BranchWorkspaces;
import dev.epoch.storage.relational.LiveColumn;
import dev.epoch.storage.relational.RelationalStore;
import dev.epoch.storage.relational.RelationalStore.TableOfBranch;
import dev.epoch.storage.sqlite.SqliteWorkspaceFile.Table;
import dev.epoch.storage.sqlite.SqliteWorkspaceRegistry.Open;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

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
    return SqliteWorkspaceFile.open(file, settings.busyTimeout(), create);
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
        file.requireRows(table, handle);
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
        file.requireNothingElse();
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

  // ---- opening

  @Override
  public OpenedTables open(BranchHandle branch, Collection<TableHandle> tables) {
    if (branch.isDefault()) {
      throw new StorageException(
          "The tables of the default branch are those of the database", "Open the database itself");
    }
    Opening opening = new Opening(branch, tables);
    try (LayerSession session = store.begin(opening::in)) {
      // the file first: what the database does not know of it is made anew
      opening.file.commit();
      session.commit();
    } finally {
      if (opening.file != null) {
        opening.file.close();
      }
    }
    return opened(branch, opening.reasons);
  }

  /** Tables that are opened in one transaction. */
  private final class Opening {
    private final BranchHandle branch;
    private final Collection<TableHandle> wanted;
    private final Map<String, String> reasons = new LinkedHashMap<>();
    private SqliteWorkspaceFile file;

    Opening(BranchHandle branch, Collection<TableHandle> wanted) {
      this.branch = branch;
      this.wanted = wanted;
    }

    Visit in(LayerSession session, Connection connection) {
      SqliteWorkspaceRegistry registry = registry(connection);
      registry.create();
      Open open = registry.find(branch.id()).orElse(null);
      if (open != null && !Files.exists(file(open))) {
        registry.remove(branch.id());
        open = null;
      }
      if (open == null) {
        open = new Open(UUID.randomUUID().toString(), name(branch.name()), List.of());
        removeFormer(file(open));
        file = open(file(open), true);
        file.begin(true);
        file.create(open.id(), branch.id());
        registry.put(branch.id(), open);
      } else {
        file = open(file(open), false);
        file.begin(true);
        file.requireIdentity(open.id());
        new SqliteWorkspaceVisit(store, session, registry, branch, open, file).clean();
      }
      List<TableOfBranch> all = store.tablesOf(session, branch);
      List<TableOfBranch> chosen = chosen(all);
      for (TableOfBranch table : chosen) {
        boolean isOpen =
            open.tables().stream().anyMatch(known -> known.id().equals(table.table().id()));
        if (!isOpen) {
          add(session, connection, registry, table);
        }
      }
      List<String> has = file.viewNames();
      file.views(
          new SqliteSql(connection, dialect)
              .all(
                  "SELECT name, sql FROM sqlite_schema WHERE type = 'view'",
                  row -> new String[] {row.getString(1), row.getString(2)})
              .stream()
              .filter(view -> !has.contains(view[0]))
              .toList());
      return Visit.NONE;
    }

    /** A file that was left by a process that died is made anew; any other is the user's. */
    private void removeFormer(Path path) {
      if (!Files.exists(path)) {
        return;
      }
      boolean own;
      try (SqliteWorkspaceFile former = open(path, false)) {
        own = !former.identity().isEmpty() && find(former.identity().getFirst()).isEmpty();
        own &= former.identity().getLast().equals(branch.id());
      }
      if (!own) {
        throw new StorageException(
            "There is a file %s already, and it is not the branch's".formatted(path),
            "Move it away, or rename the branch");
      }
      SqliteWorkspaceFile.delete(path);
    }

    /** Those that are named, and what they refer to. */
    private List<TableOfBranch> chosen(List<TableOfBranch> all) {
      if (wanted.isEmpty()) {
        return all;
      }
      Map<String, TableOfBranch> byName = new LinkedHashMap<>();
      all.forEach(table -> byName.put(table.table().path().table(), table));
      Map<String, TableOfBranch> chosen = new LinkedHashMap<>();
      List<String> left = new ArrayList<>();
      wanted.forEach(table -> left.add(table.path().table()));
      while (!left.isEmpty()) {
        TableOfBranch table = byName.get(left.removeFirst());
        if (table == null || chosen.put(table.table().id(), table) != null) {
          continue;
        }
        table.live().constraints().stream()
            .map(Constraint::referencesTable)
            .filter(path -> path != null)
            .forEach(path -> left.add(path.substring(path.indexOf('.') + 1)));
      }
      return List.copyOf(chosen.values());
    }

    private void add(
        LayerSession session,
        Connection connection,
        SqliteWorkspaceRegistry registry,
        TableOfBranch table) {
      TableHandle handle = handle(table);
      List<String> live = table.live().columns().stream().map(LiveColumn::name).toList();
      if (!live.equals(handle.schema().columns().stream().map(Column::name).toList())) {
        reasons.put(
            handle.id(), "the live table has other columns by now: " + String.join(", ", live));
        return;
      }
      SqliteSql sql = new SqliteSql(connection, dialect);
      List<String> beside =
          sql.all(
              "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND type IN ('index', 'trigger')"
                  + " AND sql IS NOT NULL AND name NOT LIKE 'epoch\\_%' ESCAPE '\\'"
                  + " ORDER BY type, rowid",
              row -> row.getString(1),
              handle.path().table());
      long counted =
          sql.hasTable("sqlite_sequence")
              ? sql.number(
                  "SELECT seq FROM sqlite_sequence WHERE name = ?", handle.path().table())
              : 0;
      RowsLocation head = store.head(session, branch, handle).orElseThrow();
      StateLayers state = StateLayers.of(new TableState.Working(branch, head));
      try (RowStream<Row> rows = session.rows(handle, state, RowQuery.all())) {
        file.add(
            table.number(), handle, table.live().definition(), beside, () -> rows, counted);
      }
      registry.put(branch.id(), table.number(), handle.id());
    }

    /** With the schema of the branch, where that is known. */
    private TableHandle handle(TableOfBranch table) {
      return wanted.stream()
          .filter(given -> given.id().equals(table.table().id()))
          .findFirst()
          .orElse(table.table());
    }
  }

  /** The file's name: the database's, and the branch's as far as every file system takes it. */
  private String name(String branch) {
    String database = settings.file().getFileName().toString();
    String safe = branch.replaceAll("[^A-Za-z0-9_-]", "_");
    if (!safe.equals(branch.toLowerCase(Locale.ROOT)) || safe.length() > 100) {
      safe = safe.substring(0, Math.min(100, safe.length())) + "-" + digest(branch);
    }
    return database.replaceFirst("(?i)\\.db$", "") + "." + safe + ".db";
  }

  private static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
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
    List<String> branches;
    try (Connection connection = store.connection()) {
      branches = registry(connection).branches();
    } catch (SQLException e) {
      throw dialect.translate(e, "look for workspaces");
    }
    branches.forEach(this::forget);
  }

  /**
   * @throws StorageException if a table is open in a workspace
   */
  void requireClosed(TableHandle table) {
    try (Connection connection = store.connection()) {
      SqliteWorkspaceRegistry registry = registry(connection);
      for (String branch : registry.branches()) {
        Open open = registry.find(branch).orElseThrow();
        if (open.tables().stream().anyMatch(known -> known.id().equals(table.id()))) {
          throw new StorageException(
              "Table %s is open in workspace file %s".formatted(table.name(), file(open)),
              "Close it there first (epoch branch close)");
        }
      }
    } catch (SQLException e) {
      throw dialect.translate(e, "look for workspaces");
    }
  }
}

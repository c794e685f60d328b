package dev.epoch.storage.sqlite;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.layered.LayerSession;
import dev.epoch.storage.layered.StateLayers;
import dev.epoch.storage.relational.BranchWorkspaces.Visit;
import dev.epoch.storage.relational.LiveColumn;
import dev.epoch.storage.relational.RelationalStore;
import dev.epoch.storage.relational.RelationalStore.TableOfBranch;
import dev.epoch.storage.sqlite.SqliteWorkspaceRegistry.Open;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** Tables of a branch that are opened in one transaction. */
final class SqliteWorkspaceOpening implements AutoCloseable {
  private final RelationalStore store;
  private final SqliteSettings settings;
  private final BranchHandle branch;
  private final Collection<TableHandle> wanted;
  private final Map<String, String> reasons = new LinkedHashMap<>();
  private SqliteWorkspaceFile file;

  SqliteWorkspaceOpening(
      RelationalStore store,
      SqliteSettings settings,
      BranchHandle branch,
      Collection<TableHandle> wanted) {
    this.store = store;
    this.settings = settings;
    this.branch = branch;
    this.wanted = wanted;
  }

  /** Why tables cannot be open, by id. */
  Map<String, String> reasons() {
    return Map.copyOf(reasons);
  }

  void commit() {
    file.commit();
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }

  private Path file(Open open) {
    return settings.file().resolveSibling(open.file());
  }

  private SqliteWorkspaceFile open(Path path, boolean create) {
    return SqliteWorkspaceFile.open(path, settings, create);
  }

  Visit in(LayerSession session, SqliteWorkspaceRegistry registry) {
    Open open = registry.find(branch.id()).orElse(null);
    if (open != null && !Files.exists(file(open))) {
      registry.remove(branch.id());
      open = null;
    }
    registry.create();
    if (open == null) {
      String name = name(branch.name());
      if (registry.files().contains(name)) {
        // of a branch that had the name before
        name = name(branch.name() + "/" + branch.id());
      }
      open = new Open(UUID.randomUUID().toString(), name, List.of());
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
      if (open.table(table.table().id()).isEmpty()) {
        add(session, registry, table);
      }
    }
    List<String> has = file.shapes().views();
    file.views(
        registry
            .sql()
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
      List<String> identity = former.identity();
      own = !identity.isEmpty() && identity.getLast().equals(branch.id());
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
    all.forEach(table -> byName.put(lower(table.table().path().table()), table));
    Map<String, TableOfBranch> chosen = new LinkedHashMap<>();
    List<String> left = new ArrayList<>();
    wanted.forEach(table -> left.add(table.path().table()));
    while (!left.isEmpty()) {
      TableOfBranch table = byName.get(lower(left.removeFirst()));
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

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private void add(LayerSession session, SqliteWorkspaceRegistry registry, TableOfBranch table) {
    TableHandle handle = handle(table);
    List<String> live = table.live().columns().stream().map(LiveColumn::name).toList();
    if (!live.equals(handle.schema().columns().stream().map(Column::name).toList())) {
      reasons.put(
          handle.id(), "the live table has other columns by now: " + String.join(", ", live));
      return;
    }
    SqliteSql sql = registry.sql();
    List<String> beside =
        sql.all(
            "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND type IN ('index', 'trigger')"
                + " AND sql IS NOT NULL AND name NOT LIKE 'epoch\\_%' ESCAPE '\\'"
                + " ORDER BY type, rowid",
            row -> row.getString(1), handle.path().table());
    long counted =
        sql.hasTable("sqlite_sequence")
            ? sql.number("SELECT seq FROM sqlite_sequence WHERE name = ?", handle.path().table())
            : 0;
    RowsLocation head = store.head(session, branch, handle).orElseThrow();
    StateLayers state = StateLayers.of(new TableState.Working(branch, head));
    try (RowStream<Row> rows = session.rows(handle, state, RowQuery.all())) {
      file.add(table.number(), handle, table.live().definition(), beside, () -> rows, counted);
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
}

package dev.epoch.storage.sqlite;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.Capabilities;
import dev.epoch.storage.Removal;
import dev.epoch.storage.StorageCheck;
import dev.epoch.storage.StorageCheck.Problem;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.branch.OpenBranchTables;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.relational.RelationalAdapter;
import dev.epoch.storage.relational.RelationalStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteOpenMode;

/** A SQLite file whose tables are versioned where they are; applications go on opening it. */
public final class SqliteStorageAdapter extends RelationalAdapter {
  private static final int MOST_CONNECTIONS = 8;
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final Capabilities CAPABILITIES =
      new Capabilities(
          Capabilities.Transactions.ALL_TABLES,
          Capabilities.Capture.TRIGGERS,
          Set.of(
              Constraint.Kind.PRIMARY_KEY,
              Constraint.Kind.UNIQUE,
              Constraint.Kind.CHECK,
              Constraint.Kind.FOREIGN_KEY,
              Constraint.Kind.NOT_NULL));

  private final SqliteSettings settings;
  private final SqliteWorkspaces workspaces;

  public SqliteStorageAdapter(SqliteSettings settings) {
    super(store(settings), new SqliteValueCodec(), SqliteRowShaper::new);
    this.settings = settings;
    this.workspaces = new SqliteWorkspaces(store, settings);
    store.workspaces(workspaces);
  }

  @Override
  public Optional<OpenBranchTables> openTables() {
    return Optional.of(workspaces);
  }

  @Override
  public OperationResult apply(Operation operation, Map<String, PlannedRows> rows) {
    if (!operation.branch().isDefault()) {
      workspaces.requireRowsAlone(operation.branch());
    }
    return super.apply(operation, rows);
  }

  @Override
  public void restore(
      BranchHandle branch,
      RowsLocation origin,
      BranchTable head,
      Iterator<CommittedChanges> commits) {
    super.restore(branch, origin, head, commits);
    // other branches see its rows below theirs
    workspaces.distrustAll();
  }

  @Override
  public Optional<String> putBranch(BranchHandle branch, Map<String, BranchTable> tables) {
    List<String> heads = workspaces.heads(branch.id());
    Optional<String> former = super.putBranch(branch, tables);
    if (!heads.equals(workspaces.heads(branch.id()))) {
      workspaces.distrust(branch.id());
    }
    return former;
  }

  @Override
  public void dropBranch(BranchHandle branch) {
    workspaces.forget(branch.id());
    super.dropBranch(branch);
  }

  @Override
  public void requireRemovable(TableHandle table, Removal how) {
    if (!how.force()) {
      workspaces.pull(table);
    }
    super.requireRemovable(table, how);
  }

  @Override
  public void remove(TableHandle table, Removal how) {
    if (!how.force()) {
      workspaces.pull(table);
    }
    super.remove(table, how);
    workspaces.removed(table);
  }

  @Override
  public void uninstall() {
    workspaces.forgetAll();
    super.uninstall();
  }

  private static RelationalStore store(SqliteSettings settings) {
    SQLiteConfig config = new SQLiteConfig();
    config.setOpenMode(SQLiteOpenMode.READWRITE);
    if (!settings.create()) {
      config.resetOpenMode(SQLiteOpenMode.CREATE);
    }
    config.enableLoadExtension(false);
    config.setBusyTimeout((int) settings.busyTimeout().toMillis());
    config.enforceForeignKeys(settings.foreignKeys());
    settings.journalMode().ifPresent(config::setJournalMode);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + settings.file());
    HikariConfig pool = new HikariConfig();
    pool.setDataSource(source);
    pool.setPoolName("sqlite");
    pool.setMaximumPoolSize(MOST_CONNECTIONS);
    pool.setMinimumIdle(0);
    pool.setIdleTimeout(IDLE.toMillis());
    pool.setInitializationFailTimeout(-1);
    pool.setConnectionTimeout(Math.max(1000, settings.busyTimeout().toMillis()));
    return new RelationalStore(
        new HikariDataSource(pool),
        new SqliteDialect(settings.file().toString()),
        new SqliteCatalog(),
        new SqliteColumnCodec(),
        new SqliteQueryDialect());
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public StorageCheck check() {
    List<Problem> problems = new ArrayList<>();
    Path file = settings.file();
    if (!Files.exists(file) && !settings.create()) {
      problems.add(
          new Problem("There is no file " + file, "Make it (sqlite3 FILE), or correct the path"));
      return new StorageCheck("SQLite", problems);
    }
    if (!Files.isWritable(file) || !Files.isWritable(file.toAbsolutePath().getParent())) {
      problems.add(
          new Problem(
              "File %s or its folder cannot be written".formatted(file),
              "Give the server's user the right to write both"));
    }
    String version = "";
    try (Connection connection = store.connection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT sqlite_version()")) {
      row.next();
      version = " " + row.getString(1);
      try (ResultSet schema = statement.executeQuery("SELECT count(*) FROM sqlite_schema")) {
        schema.next();
      }
    } catch (SQLException e) {
      StorageException meant = new SqliteDialect(file.toString()).translate(e, "check");
      problems.add(new Problem(meant.getMessage(), meant.remedy()));
    } catch (StorageException e) {
      problems.add(new Problem(e.getMessage(), e.remedy()));
    }
    return new StorageCheck("SQLite" + version, problems);
  }
}

package dev.epoch.storage.mysql;

import com.zaxxer.hikari.HikariDataSource;
import dev.epoch.events.table.Constraint;
import dev.epoch.storage.Capabilities;
import dev.epoch.storage.StorageCheck;
import dev.epoch.storage.StorageCheck.Problem;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.query.StateQueries;
import dev.epoch.storage.relational.RelationalAdapter;
import dev.epoch.storage.relational.RelationalStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/** A database of MySQL or MariaDB whose tables are versioned where they are. */
public final class MysqlStorageAdapter extends RelationalAdapter {
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

  private final DataSource source;
  private final MysqlDialect dialect;
  private final HikariDataSource shaping;

  /**
   * @param addresses that may be connected to
   */
  public MysqlStorageAdapter(MysqlSettings settings, AddressRules addresses) {
    this(settings, MysqlConnections.source(settings, addresses));
  }

  /** Over connections that somebody else makes. */
  MysqlStorageAdapter(MysqlSettings settings, DataSource source) {
    this(
        source,
        MysqlConnections.pool(settings, source),
        MysqlConnections.pool(settings, source),
        new MysqlDialect(settings.where(), settings.lockTimeout()));
  }

  /**
   * @param shaping connections that rows pass through, for which nobody waits who holds one of them
   */
  private MysqlStorageAdapter(
      DataSource source,
      HikariDataSource connections,
      HikariDataSource shaping,
      MysqlDialect dialect) {
    super(
        new RelationalStore(connections, dialect, new MysqlCatalog(), new MysqlColumnCodec(), null),
        new MysqlValueCodec(),
        table -> new MysqlRowShaper(shaping, dialect, table));
    this.source = source;
    this.dialect = dialect;
    this.shaping = shaping;
  }

  @Override
  public void close() {
    shaping.close();
    super.close();
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public Optional<StateQueries> queries() {
    return Optional.empty();
  }

  @Override
  public StorageCheck check() {
    List<Problem> problems = new ArrayList<>();
    String product = "MySQL";
    try (Connection connection = source.getConnection()) {
      Flavour flavour = Flavour.of(connection);
      product = flavour.product() + " " + connection.getMetaData().getDatabaseProductVersion();
      if (!flavour.supported()) {
        problems.add(
            new Problem(
                "The server is too old: " + product, "Use MariaDB 10.6 or MySQL 8.0, or later"));
      }
      if (isOn(connection, "read_only")) {
        problems.add(
            new Problem("The server is read-only", "Give the address of the primary server"));
      }
      if (isOn(connection, "log_bin") && value(connection, "binlog_format").equals("STATEMENT")) {
        problems.add(
            new Problem(
                "The server's binary log is kept by statements",
                "SET GLOBAL binlog_format = 'MIXED' or 'ROW'"));
      }
    } catch (SQLException e) {
      StorageException meant = dialect.translate(e, "check");
      problems.add(new Problem(meant.getMessage(), meant.remedy()));
    } catch (StorageException e) {
      problems.add(new Problem(e.getMessage(), e.remedy()));
    }
    return new StorageCheck(product, problems);
  }

  private static boolean isOn(Connection connection, String variable) throws SQLException {
    String value = value(connection, variable);
    return value.equals("1") || value.equals("ON");
  }

  private static String value(Connection connection, String variable) throws SQLException {
    return Queries.all(connection, "SELECT @@GLOBAL." + variable, row -> row.getString(1))
        .getFirst();
  }
}

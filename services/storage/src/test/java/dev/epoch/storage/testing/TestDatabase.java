package dev.epoch.storage.testing;

import io.vertx.pgclient.PgConnectOptions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A database of the test server, as an application sees it: over JDBC, with the database's default
 * settings. Statements run as the owner unless said otherwise.
 */
public final class TestDatabase implements AutoCloseable {
  private final int port;
  private final String name;
  private final String owner;
  private final String superuser;
  private final TestSessions sessions = new TestSessions(this::connect);

  TestDatabase(int port, String name, String owner, String superuser) {
    this.port = port;
    this.name = name;
    this.owner = owner;
    this.superuser = superuser;
  }

  public String name() {
    return name;
  }

  /** The role that owns the database; no superuser. Its password is its name. */
  public String owner() {
    return owner;
  }

  /** How the adapter connects as the owner. */
  public PgConnectOptions options() {
    return options(owner);
  }

  /** How the adapter connects as a role whose password is its name. */
  public PgConnectOptions options(String role) {
    return new PgConnectOptions()
        .setHost("127.0.0.1")
        .setPort(port)
        .setDatabase(name)
        .setUser(role)
        .setPassword(role);
  }

  /** {@code postgresql://...} of the database, without a table. */
  public String url() {
    return url(owner);
  }

  /** {@link #url()} for another role. */
  public String url(String role) {
    return "postgresql://" + role + ":" + role + "@127.0.0.1:" + port + "/" + name;
  }

  /** A connection as the owner; the caller closes it. */
  public Connection connect() {
    return connect(owner);
  }

  /** A connection as another role; the caller closes it. */
  public Connection connect(String role) {
    try {
      return DriverManager.getConnection(
          "jdbc:postgresql://127.0.0.1:" + port + "/" + name + "?prepareThreshold=0", role, role);
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Makes a role that can log in, without any other right; its password is its name. */
  public String role(String role) {
    executeAsSuperuser("CREATE ROLE " + role + " LOGIN NOSUPERUSER PASSWORD '" + role + "'");
    return role;
  }

  /** Runs each statement in a transaction of its own. */
  public void execute(String... statements) {
    executeAs(owner, statements);
  }

  public void executeAsSuperuser(String... statements) {
    executeAs(superuser, statements);
  }

  public void executeAs(String role, String... statements) {
    try {
      Connection connection = sessions.take(role);
      try (Statement statement = connection.createStatement()) {
        for (String sql : statements) {
          statement.execute(sql);
        }
      } catch (SQLException | RuntimeException failure) {
        connection.close();
        throw failure;
      }
      sessions.giveBack(role, connection, statements);
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Runs a script from the test resources, all in one go, as the owner. */
  public void load(String resource) {
    execute(StoragePostgres.script(resource));
  }

  /** All rows, values as PostgreSQL prints them; parameters are sent as text of unknown type. */
  public List<List<String>> rows(String sql, String... parameters) {
    try {
      Connection connection = sessions.take(owner);
      List<List<String>> rows;
      try {
        rows = rows(connection, sql, parameters);
      } catch (RuntimeException failure) {
        connection.close();
        throw failure;
      }
      sessions.giveBack(owner, connection, sql);
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** {@link #rows(String, String...)} on a connection of the caller, inside its transaction. */
  public static List<List<String>> rows(Connection connection, String sql, String... parameters) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i], java.sql.Types.OTHER);
      }
      try (ResultSet result = statement.executeQuery()) {
        List<List<String>> rows = new ArrayList<>();
        while (result.next()) {
          List<String> row = new ArrayList<>();
          for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
            row.add(result.getString(column));
          }
          rows.add(row);
        }
        return rows;
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** The first value of the first row, null if there is no row. */
  public String value(String sql, String... parameters) {
    List<List<String>> rows = rows(sql, parameters);
    return rows.isEmpty() ? null : rows.getFirst().getFirst();
  }

  /** Drops the database, its connections and its owner. */
  @Override
  public void close() {
    sessions.close();
    TestDatabase maintenance = StoragePostgres.maintenance(port);
    maintenance.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    maintenance.execute("DROP ROLE IF EXISTS " + owner);
  }
}

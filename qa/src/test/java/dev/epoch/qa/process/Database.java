package dev.epoch.qa.process;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A database of a PostgreSQL server, for any client. */
public record Database(String host, int port, String name, String user, String password) {

  /** Reads {@code postgresql://user:password@host:port/name}. */
  public static Database of(String url) {
    URI uri = URI.create(url);
    String[] login = uri.getUserInfo().split(":", 2);
    return new Database(
        uri.getHost(), uri.getPort(), uri.getPath().substring(1), login[0], login[1]);
  }

  /** The URL, with the password. */
  public String url() {
    return "postgresql://%s:%s@%s:%d/%s".formatted(user, password, host, port, name);
  }

  /** A database of the same server, made new and empty. */
  public Database create(String other) throws SQLException {
    execute("DROP DATABASE IF EXISTS " + other + " WITH (FORCE)", "CREATE DATABASE " + other);
    return new Database(host, port, other, user, password);
  }

  /** The same database for another role. */
  public Database as(String role, String secret) {
    return new Database(host, port, name, role, secret);
  }

  /** A session. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s".formatted(host, port, name.replace("/", "%2F")),
        user,
        password);
  }

  /** Runs statements in a session of their own, each in its own transaction. */
  public void execute(String... statements) throws SQLException {
    try (Connection connection = connect()) {
      execute(connection, statements);
    }
  }

  /** Runs statements in a session. */
  public static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The rows of a query in a session of its own, columns separated by {@code |}. */
  public List<String> rows(String sql) throws SQLException {
    try (Connection connection = connect()) {
      return rows(connection, sql);
    }
  }

  /** The rows of a query, columns separated by {@code |}. */
  public static List<String> rows(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return rows(result);
    }
  }

  /** The rows of a result, columns separated by {@code |}. */
  public static List<String> rows(ResultSet result) throws SQLException {
    List<String> rows = new ArrayList<>();
    int columns = result.getMetaData().getColumnCount();
    while (result.next()) {
      List<String> row = new ArrayList<>();
      for (int i = 1; i <= columns; i++) {
        row.add(result.getString(i));
      }
      rows.add(String.join("|", row));
    }
    return rows;
  }
}

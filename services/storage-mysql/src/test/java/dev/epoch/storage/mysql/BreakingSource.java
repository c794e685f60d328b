package dev.epoch.storage.mysql;

import java.io.PrintWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * Connections that break, all at once, before a statement: as when the server's process is killed.
 */
final class BreakingSource implements DataSource {
  private final DataSource real;
  private int left;

  /**
   * @param statements how many are run before; what only reads does not count
   */
  BreakingSource(DataSource real, int statements) {
    this.real = real;
    this.left = statements;
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = real.getConnection();
    return proxy(
        Connection.class,
        (_, method, arguments) -> {
          Object made = invoke(connection, method, arguments);
          return switch (made) {
            case PreparedStatement statement ->
                broken(PreparedStatement.class, statement, connection, (String) arguments[0]);
            case Statement statement -> broken(Statement.class, statement, connection, null);
            case null -> null;
            default -> made;
          };
        });
  }

  private <T extends Statement> T broken(
      Class<T> type, T statement, Connection connection, String prepared) {
    return proxy(
        type,
        (_, method, arguments) -> {
          if (method.getName().startsWith("execute")) {
            count(
                prepared == null && arguments != null ? (String) arguments[0] : prepared,
                connection);
          }
          return invoke(statement, method, arguments);
        });
  }

  private synchronized void count(String sql, Connection connection) throws SQLException {
    if (sql.startsWith("SELECT") || sql.startsWith("SET") || sql.contains("information_schema")) {
      return;
    }
    left--;
    if (left < 0) {
      connection.abort(Runnable::run);
      throw new SQLException("broken before: " + sql, "08S01");
    }
  }

  private static Object invoke(Object target, java.lang.reflect.Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return getConnection();
  }

  @Override
  public PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(PrintWriter out) {}

  @Override
  public void setLoginTimeout(int seconds) {}

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getGlobal();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return real.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}

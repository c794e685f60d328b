package dev.epoch.storage.relational;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.Column;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.error.QueryTimeoutException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.layered.StateLayers;
import dev.epoch.storage.query.QueryResult;
import dev.epoch.storage.query.QueryResult.ResultColumn;
import dev.epoch.storage.state.TableState;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Runs a user's reading statement over states of tables, which stand there as temporary views. */
final class StateQuery {
  private final RelationalSession session;
  private final QueryDialect dialect;

  StateQuery(RelationalSession session, QueryDialect dialect) {
    this.session = session;
    this.dialect = dialect;
  }

  /**
   * @param tables by the names that the statement has for them
   * @param limit most rows; whether there are more is told
   */
  QueryResult run(
      String sql,
      List<JsonNode> parameters,
      Map<TableHandle, StateLayers> tables,
      int limit,
      Duration timeout) {
    String statement = dialect.reading(sql);
    List<String> views = new ArrayList<>();
    try {
      for (Map.Entry<TableHandle, StateLayers> table : tables.entrySet()) {
        String name = dialect.view(table.getKey().name());
        session.execute(
            "CREATE TEMP VIEW %s (%s) AS %s"
                .formatted(
                    name,
                    table.getKey().schema().columns().stream()
                        .map(column -> session.store.dialect.quote(column.name()))
                        .collect(Collectors.joining(", ")),
                    select(table.getKey(), table.getValue())));
        views.add(name);
      }
      session.execute(dialect.onlyReading(true));
      return answer(statement, parameters, limit, timeout);
    } finally {
      session.execute(dialect.onlyReading(false));
      views.forEach(view -> session.execute("DROP VIEW IF EXISTS " + view));
    }
  }

  /** A state without rows has its columns all the same. */
  private String select(TableHandle handle, StateLayers state) {
    List<Column> columns = handle.schema().columns();
    if (state.layers().isEmpty()) {
      return "SELECT %s WHERE 1 = 0"
          .formatted(columns.stream().map(_ -> "NULL").collect(Collectors.joining(", ")));
    }
    return session.sql(session.table(handle)).select(columns, state, "", "", null);
  }

  private QueryResult answer(String sql, List<JsonNode> parameters, int limit, Duration timeout) {
    CountDownLatch done = new CountDownLatch(1);
    try (PreparedStatement statement = session.connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.size(); i++) {
        statement.setObject(i + 1, dialect.parameter(parameters.get(i)));
      }
      Thread.ofVirtual().start(() -> cancelAfter(statement, timeout, done));
      try (ResultSet row = statement.executeQuery()) {
        return read(row, limit);
      }
    } catch (SQLException e) {
      StorageException meant = session.store.dialect.translate(e, sql);
      if (meant instanceof QueryTimeoutException) {
        throw new QueryTimeoutException(
            "The query took longer than %d ms, and was cancelled".formatted(timeout.toMillis()),
            "Ask for less",
            e);
      }
      throw new QueryRefusedException(dialect.message(e), null, e);
    } finally {
      done.countDown();
    }
  }

  private static void cancelAfter(
      PreparedStatement statement, Duration timeout, CountDownLatch done) {
    try {
      if (!done.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        statement.cancel();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      // it has just ended
    }
  }

  private QueryResult read(ResultSet row, int limit) throws SQLException {
    ResultSetMetaData described = row.getMetaData();
    List<ResultColumn> columns = new ArrayList<>();
    for (int i = 1; i <= described.getColumnCount(); i++) {
      columns.add(new ResultColumn(described.getColumnLabel(i), described.getColumnTypeName(i)));
    }
    List<List<JsonNode>> rows = new ArrayList<>();
    while (rows.size() < limit && row.next()) {
      List<JsonNode> values = new ArrayList<>();
      for (int i = 1; i <= columns.size(); i++) {
        values.add(dialect.value(row, i));
      }
      rows.add(values);
    }
    return new QueryResult(columns, rows, rows.size() == limit && row.next());
  }

  /** The layers of states that queries name. */
  static StateLayers layers(TableState state) {
    if (state instanceof TableState.Difference) {
      throw new QueryRefusedException(
          "This backend has no queries of what differs between states",
          "Ask for the difference (epoch diff)");
    }
    return StateLayers.of(state);
  }
}

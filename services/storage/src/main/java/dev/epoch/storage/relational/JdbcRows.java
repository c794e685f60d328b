package dev.epoch.storage.relational;

import dev.epoch.events.table.Column;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.NoSuchElementException;

/** Rows of a query that is being read. */
final class JdbcRows implements RowStream<Row> {
  private final RelationalStore store;
  private final PreparedStatement statement;
  private final ResultSet rows;
  private final List<Column> columns;
  private boolean fetched;
  private boolean there;

  JdbcRows(
      RelationalStore store, PreparedStatement statement, ResultSet rows, List<Column> columns) {
    this.store = store;
    this.statement = statement;
    this.rows = rows;
    this.columns = columns;
  }

  @Override
  public boolean hasNext() {
    if (!fetched) {
      try {
        there = rows.next();
      } catch (SQLException e) {
        throw store.dialect.translate(e, "read rows");
      }
      fetched = true;
    }
    return there;
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    fetched = false;
    try {
      String[] values = new String[columns.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = store.codec.read(rows, i + 1, columns.get(i).type());
      }
      return Row.of(values);
    } catch (SQLException e) {
      throw store.dialect.translate(e, "read a row");
    }
  }

  @Override
  public void close() {
    try {
      statement.close();
    } catch (SQLException e) {
      throw store.dialect.translate(e, "end a query");
    }
  }
}

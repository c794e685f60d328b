package dev.epoch.storage.sqlite;

import dev.epoch.events.table.DataType;
import dev.epoch.storage.relational.ColumnCodec;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Values between JDBC and rows. */
final class SqliteColumnCodec implements ColumnCodec {
  @Override
  public String read(ResultSet row, int place, DataType type) throws SQLException {
    return SqliteValue.text(type.base().kind(), row.getObject(place));
  }

  @Override
  public void bind(PreparedStatement statement, int place, DataType type, String text)
      throws SQLException {
    statement.setObject(place, SqliteValue.value(type.base().kind(), text));
  }

  @Override
  public String literal(DataType type, String text) {
    return SqliteValue.sql(type.base().kind(), text);
  }
}

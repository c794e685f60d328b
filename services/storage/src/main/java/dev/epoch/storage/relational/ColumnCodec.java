package dev.epoch.storage.relational;

import dev.epoch.events.table.DataType;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Values of columns as the texts that rows hold, and back. */
public interface ColumnCodec {
  /** Null for SQL NULL. */
  String read(ResultSet row, int place, DataType type) throws SQLException;

  /** Null for SQL NULL. */
  void bind(PreparedStatement statement, int place, DataType type, String text) throws SQLException;

  /** The value as an expression. */
  String literal(DataType type, String text);
}

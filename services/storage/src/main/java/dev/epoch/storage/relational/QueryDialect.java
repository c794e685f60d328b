package dev.epoch.storage.relational;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.ResultSet;
import java.sql.SQLException;

/** What users' statements need of one database. */
public interface QueryDialect {
  /**
   * A statement that reads, with the parameters as the database has them.
   *
   * @throws dev.epoch.storage.error.QueryRefusedException if it is several, or does not read
   */
  String reading(String sql);

  /** A table's name for a temporary view that stands in front of tables. */
  String view(String name);

  /** Lets the session read alone, or write again. */
  String onlyReading(boolean only);

  Object parameter(JsonNode value);

  JsonNode value(ResultSet row, int place) throws SQLException;

  /** What the database says of an error. */
  String message(SQLException error);
}

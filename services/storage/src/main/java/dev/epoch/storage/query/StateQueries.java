package dev.epoch.storage.query;

/** Statements of the database's own language over states of its tables. */
public interface StateQueries {
  /**
   * Runs one reading statement in which each table's name stands for its state. Writes are refused.
   */
  QueryResult query(ReadQuery query);
}

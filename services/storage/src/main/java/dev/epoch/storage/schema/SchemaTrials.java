package dev.epoch.storage.schema;

import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.storage.error.QueryRefusedException;
import java.util.List;
import java.util.Optional;

/** Runs changes of schemas where they change nothing: on empty copies of the tables. */
public interface SchemaTrials {
  /**
   * What came of statements.
   *
   * @param before the schemas as they are
   * @param after as they would be, up to a statement that failed
   * @param failure if there was one
   */
  record Trial(DatabaseSchema before, DatabaseSchema after, Optional<Failure> failure) {}

  /**
   * A statement that failed.
   *
   * @param index of the statement, from 0
   */
  record Failure(int index, String message) {}

  /**
   * Runs statements on empty copies of all objects of the schemas, and takes both away. Tables of
   * users are not locked.
   *
   * @param schemas names; the first is where names without a schema are looked up
   * @param objects of these schemas, as a branch has them; empty for those that are live
   */
  Trial tryOut(List<String> schemas, Optional<DatabaseSchema> objects, List<String> statements);

  /**
   * Runs scripts one after the other in a schema that is empty, and takes everything away.
   *
   * @param schema name that the scripts know it by
   * @return the schema behind each script
   * @throws QueryRefusedException if a script fails
   */
  List<DatabaseSchema> replay(String schema, List<Script> scripts);

  /** Statements that a tool would run. */
  record Script(String name, String sql) {}
}

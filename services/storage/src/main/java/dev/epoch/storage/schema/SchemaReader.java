package dev.epoch.storage.schema;

import dev.epoch.model.schema.impact.RowQuestion;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedSet;

/**
 * Reads what a database's schemas hold beside rows: tables with all that belongs to them, views,
 * functions, sequences, types, extensions. What belongs to Epoch or to an extension is left out.
 */
public interface SchemaReader {
  /** Names of the schemas that users have. */
  SortedSet<String> names();

  /**
   * Reads schemas as they are at one moment. A schema that is not there has no objects; extensions
   * are of the whole database.
   *
   * @param schemas names of the schemas to read, each with the name that it is to be called by in
   *     the answer, also inside of definitions: a branch's schema reads like the one that it stands
   *     for. Of objects that get the same id the one of the schema that stands first is told.
   */
  DatabaseSchema read(Map<String, String> schemas);

  /**
   * What a branch has of its own: tables that are open there, and what stands beside them, named as
   * if they stood in the users' schemas. Views that stand for tables are left out; a branch that
   * has nothing of its own has no objects.
   *
   * @param schemas names of the users' schemas; the first is the one that objects get whose table
   *     tells no other
   */
  DatabaseSchema ofBranch(BranchHandle branch, List<String> schemas);

  /** How tables do; those that are not there are left out. */
  List<TableHealth> health(Collection<TablePath> tables);

  /**
   * How many live rows a change would be about.
   *
   * @return empty if that cannot be told: what is asked about is not there, or takes over a minute
   */
  OptionalLong count(RowQuestion question);

  /**
   * What a tool of the users has noted of the migrations that it ran, in their order.
   *
   * @param flyway of Flyway; else of Liquibase
   * @param schemas where it may keep its notes
   */
  List<AppliedMigration> migrations(boolean flyway, Collection<String> schemas);

  /** All schemas that users have, by their own names. */
  DatabaseSchema read();
}

package dev.epoch.storage;

import dev.epoch.storage.branch.BranchDirectory;
import dev.epoch.storage.branch.BranchOwnTables;
import dev.epoch.storage.branch.BranchSessions;
import dev.epoch.storage.branch.Materialization;
import dev.epoch.storage.branch.OpenBranchTables;
import dev.epoch.storage.copy.TableMaker;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.operation.OperationExecutor;
import dev.epoch.storage.query.StateQueries;
import dev.epoch.storage.schema.SchemaMigrations;
import dev.epoch.storage.schema.SchemaReader;
import dev.epoch.storage.schema.SchemaTrials;
import dev.epoch.storage.schema.SchemaWriter;
import dev.epoch.storage.state.StateReader;
import java.util.Optional;

/**
 * One database (or bucket, or directory) whose tables are versioned where they are.
 *
 * <p>The versioning core says <em>what</em> is to be true of a table; an adapter makes it true and
 * answers from it. Adapters hold nothing in memory that they could not read again, and do not know
 * each other. What every adapter does is in the four interfaces that this one joins; take the
 * narrowest that will do. What only some do is declared: {@link #capabilities}, and the optional
 * parts {@link #queries}, {@link #sessions}, {@link #materialization}, {@link #schemas} and {@link
 * #surface}.
 *
 * <p>Every method may wait for the database: call it on a virtual thread, never on an event loop.
 * Errors are {@link StorageException}s; each says whether nothing happened, or that the outcome is
 * unknown.
 */
public interface StorageAdapter
    extends TableStore, StateReader, OperationExecutor, BranchDirectory, AutoCloseable {

  /** What this backend can do; always the same, also when the database is away. */
  Capabilities capabilities();

  /** Reaches the database and looks whether it allows what Epoch needs. Changes nothing. */
  StorageCheck check();

  /** Canonical text to JSON and back for the types of this database. */
  ValueCodec values();

  /** Queries in the database's own language; empty if it has none. */
  default Optional<StateQueries> queries() {
    return Optional.empty();
  }

  /** Sessions of the database's clients on branches; empty if it has none. */
  default Optional<BranchSessions> sessions() {
    return Optional.empty();
  }

  /** Copies of branches' tables; empty if the backend makes none. */
  default Optional<Materialization> materialization() {
    return Optional.empty();
  }

  /** Commands and reading of repositories for the database's clients; empty if it has none. */
  default Optional<SqlSurface> surface() {
    return Optional.empty();
  }

  /** Live tables that are copies of tables elsewhere; empty if the backend makes none. */
  default Optional<TableMaker> tableMaker() {
    return Optional.empty();
  }

  /** Tables that clients make on branches; empty if they cannot. */
  default Optional<BranchOwnTables> ownTables() {
    return Optional.empty();
  }

  /** Tables of branches as real tables; empty if the backend has none. */
  default Optional<OpenBranchTables> openTables() {
    return Optional.empty();
  }

  /** The objects of the database's schemas; empty if the backend cannot tell them. */
  default Optional<SchemaReader> schemas() {
    return Optional.empty();
  }

  /** Migrations of live tables; empty if the backend runs none. */
  default Optional<SchemaMigrations> migrations() {
    return Optional.empty();
  }

  /** Trials of changes of schemas; empty if the backend makes none. */
  default Optional<SchemaTrials> schemaTrials() {
    return Optional.empty();
  }

  /** Changes of the database's schemas; empty if the backend makes none. */
  default Optional<SchemaWriter> schemaChanges() {
    return Optional.empty();
  }

  /**
   * Removes every object that Epoch made, of every repository. The users' tables stay as they are.
   */
  void uninstall();

  @Override
  void close();
}

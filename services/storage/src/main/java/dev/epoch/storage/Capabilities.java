package dev.epoch.storage;

import dev.epoch.events.table.Constraint;
import dev.epoch.storage.operation.OperationExecutor;
import java.util.Objects;
import java.util.Set;

/**
 * What a backend can do beyond what the interfaces of {@link StorageAdapter} ask of each. The suite
 * that all backends pass proves what is declared here, and that what is not declared is refused.
 *
 * @param transactions how much one {@link OperationExecutor#apply} does at once
 * @param capture how changes that applications make to live tables are noticed
 * @param constraints kinds that no merge into the default branch breaks; {@link
 *     TableStore#introspect} gives no others
 */
public record Capabilities(
    Transactions transactions, Capture capture, Set<Constraint.Kind> constraints) {

  /** How far a local transaction reaches. */
  public enum Transactions {
    /** Over all tables of the database: an operation may name any number of them. */
    ALL_TABLES,
    /** Over one table: an operation that names several is refused. */
    ONE_TABLE
  }

  /** How changes of live tables are noticed. */
  public enum Capture {
    /** As they happen, in the transaction that makes them. */
    TRIGGERS,
    /** When somebody asks, by comparing with the last commit. */
    SCAN
  }

  public Capabilities {
    Objects.requireNonNull(transactions, "transactions");
    Objects.requireNonNull(capture, "capture");
    constraints = Set.copyOf(constraints);
  }
}

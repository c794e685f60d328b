package dev.epoch.storage.postgres.operation;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.MergeOvertakenException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.postgres.catalog.KeptEnums;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.connection.ConstraintFailure;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.operation.OperationRecords.State;
import dev.epoch.storage.postgres.operation.write.ForeseenChecks;
import dev.epoch.storage.postgres.operation.write.StagedTable;
import dev.epoch.storage.postgres.query.StateChecks;
import dev.epoch.storage.postgres.state.StateResolver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * The physical half of commits and merges. Each operation is one transaction that also records
 * itself, so it is done or not, and done once.
 */
public final class PostgresOperationExecutor {
  /** How often a commit looks ahead with its checks while applications write what these read. */
  private static final int MOST_FORESIGHTS = 5;

  private final Database database;
  private final StateResolver resolver;
  private final LockRetries retries;
  private final BiFunction<Session, Operation, MergeValidation.OtherTables> others;
  private final StateChecks checks;
  private final LockHolders holders;

  public PostgresOperationExecutor(
      Database database,
      StateResolver resolver,
      LockRetries retries,
      BiFunction<Session, Operation, MergeValidation.OtherTables> others,
      StateChecks checks) {
    this.database = database;
    this.resolver = resolver;
    this.retries = retries;
    this.others = others;
    this.checks = checks;
    this.holders = new LockHolders(database, resolver);
  }

  /**
   * @param operation with the names that columns have in the database
   * @param recorded schemas of its tables as the log has them
   * @param opened what the branch's open tables are like
   */
  public OperationResult apply(
      Operation operation,
      Map<String, PlannedRows> rows,
      Map<String, TableSchema> recorded,
      OpenSchemas opened) {
    try {
      boolean merges =
          !operation.live().isEmpty()
              || operation.tables().stream().anyMatch(MergeRows.class::isInstance);
      return holders.named(
          operation,
          () ->
              merges
                  ? merge(operation, rows, recorded, opened)
                  : commit(operation, recorded, opened));
    } catch (ConstraintFailure failure) {
      throw refused(failure);
    } finally {
      rows.values().forEach(PlannedRows::close);
    }
  }

  private OperationResult commit(
      Operation operation, Map<String, TableSchema> recorded, OpenSchemas opened) {
    for (int attempt = 1; ; attempt++) {
      try {
        return commitOnce(operation, recorded, opened);
      } catch (MergeOvertakenException overtaken) {
        if (attempt == MOST_FORESIGHTS) {
          throw overtaken;
        }
      }
    }
  }

  private OperationResult commitOnce(
      Operation operation, Map<String, TableSchema> recorded, OpenSchemas opened) {
    String key =
        Database.key(operation.branch().id(), operation.tables().getFirst().table().table().id());
    return retries.run(() -> {
      ForeseenChecks foreseen =
          operation.checks().isEmpty()
              ? ForeseenChecks.NONE
              : database.write(session -> ForeseenChecks.of(session, checks, operation, Map.of()));
      try {
        return database.writeKeyed(
            key,
            retries.setting() + "; " + OperationRecords.lock(operation.id()),
            session ->
                work(session, operation, recorded, opened).run(Map.of(), Map.of(), foreseen));
      } catch (ConstraintFailure failure) {
        // its record was there before
        return switch (state(operation.id())) {
          case State.Done done -> done.result();
          case State.Reverted _ -> throw reverted();
          case State.Unknown _ -> throw failure;
        };
      }
    });
  }

  private OperationResult merge(
      Operation operation,
      Map<String, PlannedRows> rows,
      Map<String, TableSchema> recorded,
      OpenSchemas opened) {
    return database.write(session -> {
      OperationRecords records = new OperationRecords(session);
      session.run(retries.setting());
      retries.run(() ->
          session.inSavepoint(() -> {
            session.run(OperationRecords.lock(operation.id()));
            return null;
          }));
      switch (records.read(operation.id())) {
        case State.Done done -> {
          return done.result();
        }
        case State.Reverted _ -> throw reverted();
        case State.Unknown _ -> {}
      }
      retries.run(() ->
          session.inSavepoint(() -> {
            MadeObjects.neededByRows(session, operation);
            return null;
          }));
      Map<String, StagedTable> staged = stage(session, operation, rows);
      ForeseenChecks foreseen =
          operation.checks().isEmpty()
              ? ForeseenChecks.NONE
              : ForeseenChecks.of(session, checks, operation, staged);
      long began = System.nanoTime();
      try {
        return retries.run(() ->
            session.inSavepoint(
                () -> work(session, operation, recorded, opened).run(staged, rows, foreseen)));
      } catch (MergeOvertakenException overtaken) {
        throw overtaken.after(Duration.ofNanos(System.nanoTime() - began));
      }
    });
  }

  private static StorageException reverted() {
    return new StorageException("The operation was reverted", "Start it anew", null);
  }

  /** Rows come before the locks: whoever computes them does not make applications wait. */
  private Map<String, StagedTable> stage(
      Session session, Operation operation, Map<String, PlannedRows> rows) {
    Map<String, StagedTable> staged = new LinkedHashMap<>();
    for (TableOperation table : operation.tables()) {
      if (table instanceof MergeRows merge) {
        TableHandle handle = table.table().table();
        boolean altered = operation.branch().isDefault() && merge.step() != null;
        StagedTable stage =
            new StagedTable(
                handle.id(),
                altered
                    // merges make enums that only the source has
                    ? new TableColumns(KeptEnums.asTexts(merge.step().schema()))
                    : placed(session, operation.branch(), resolver.columns(handle)),
                resolver.live(session, handle));
        if (altered) {
          stage.createTyped(session);
        } else {
          stage.create(session);
          if (operation.branch().isDefault()) {
            stage.compareAtOnce();
          }
        }
        PlannedRows planned = rows.get(handle.id());
        if (!operation.live().isEmpty()) {
          stage.loadKept(session, planned.kept());
        }
        stage.load(session, planned.writes());
        staged.put(handle.id(), stage);
      }
    }
    return staged;
  }

  /** With what computes columns as the branch has it. */
  private static TableColumns placed(Session session, BranchHandle branch, TableColumns columns) {
    TableSchema schema = columns.schema();
    if (branch.isDefault() || schema.columns().stream().noneMatch(Column::generated)) {
      return columns;
    }
    List<Column> placed = new ArrayList<>();
    for (Column column : schema.columns()) {
      placed.add(
          new Column(
              column.id(),
              column.name(),
              column.type(),
              column.nullable(),
              column.defaultExpression(),
              MadeObjects.placed(session, branch, column.generatedExpression()),
              column.identity(),
              column.initialDefault(),
              column.filled()));
    }
    return new TableColumns(
        new TableSchema(placed, schema.primaryKey(), schema.constraints(), schema.indexes()));
  }

  private OperationAttempt work(
      Session session, Operation operation, Map<String, TableSchema> recorded, OpenSchemas opened) {
    return new OperationAttempt(
        session,
        resolver,
        retries,
        operation,
        recorded,
        opened,
        others.apply(session, operation),
        checks);
  }

  public Optional<OperationResult> result(OperationId operation) {
    return done(retries.run(() -> state(operation)));
  }

  public Optional<OperationResult> settle(OperationId operation, long fence) {
    return done(retries.run(() -> state(operation, records -> records.settle(operation, fence))));
  }

  private static Optional<OperationResult> done(State state) {
    return switch (state) {
      case State.Done done -> Optional.of(done.result());
      case State.Reverted _, State.Unknown _ -> Optional.empty();
    };
  }

  private State state(OperationId operation) {
    return state(operation, records -> {});
  }

  /** Waits for a transaction that is at it. */
  private State state(OperationId operation, Consumer<OperationRecords> before) {
    return database.write(session -> {
      session.run(retries.setting() + "; " + OperationRecords.lock(operation));
      OperationRecords records = new OperationRecords(session);
      before.accept(records);
      return records.read(operation);
    });
  }

  /** Its sessions belong to the same role, or it is left to its own end. */
  public void interrupt(OperationId operation) {
    database.read(session -> {
      session.run(OperationRecords.endHolders(operation));
      return null;
    });
  }

  /**
   * @param fence of the ownership in whose name it is undone
   * @param recorded schemas of its tables as the log has them, before the operation
   */
  public void revert(
      Operation operation, long fence, Map<String, TableSchema> recorded, OpenSchemas opened) {
    retries.run(() ->
        database.write(session -> {
          session.run(retries.setting() + "; " + OperationRecords.lock(operation.id()));
          OperationRecords records = new OperationRecords(session);
          records.requireOwner(operation.id(), fence);
          switch (records.read(operation.id())) {
            case State.Done _ ->
                new RevertWork(session, resolver, retries, operation, recorded, opened).run();
            case State.Reverted _ -> {
              return null;
            }
            case State.Unknown _ -> {}
          }
          records.putReverted(operation);
          return null;
        }));
  }

  /** Bookkeeping: what is lost of it with the database's power is done again some time. */
  public void forget(Collection<OperationId> operations) {
    database.write(
        "SET LOCAL synchronous_commit = off",
        session -> {
          new OperationRecords(session).delete(operations);
          return null;
        });
  }

  /**
   * What validation did not foresee, as in rows that triggers made: which row of the merge is
   * behind it cannot be told, so that there is no conflict to decide.
   */
  private static RuntimeException refused(ConstraintFailure failure) {
    return new WriteRefusedException(
        -1,
        failure.getMessage(),
        "A trigger, an action of a foreign key or a table that is not versioned is behind it:"
            + " change the rows on the source, or what refuses them, and merge again");
  }
}

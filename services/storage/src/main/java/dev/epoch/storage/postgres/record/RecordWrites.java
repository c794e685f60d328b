package dev.epoch.storage.postgres.record;

import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.BadValueException;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.ConstraintFailure;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.RefusedByTrigger;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.ShapeMovedException;
import dev.epoch.storage.postgres.state.RelationNames;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteKey;
import dev.epoch.storage.record.WriteResult;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Writes records as uncommitted changes of a branch, all or none: a few statements for all of them,
 * deletes first.
 */
public final class RecordWrites {
  /** A value for a column GENERATED ALWAYS. */
  private static final String GENERATED_ALWAYS = "428C9";

  /** Records, up to which each is looked up by its key. */
  private static final int FEW = 100;

  /** Triggers of live tables are the user's: their plans stay the planner's. */
  private static final String MANY_PLANS = "SET LOCAL plan_cache_mode = force_custom_plan";

  /** A unique value that is still in the way then is in the way. */
  private static final int MOST_OVERTAKEN = 4;

  private static final Duration KEYS_REMEMBERED = Duration.ofHours(24);

  private final WrittenKeys keys = new WrittenKeys(KEYS_REMEMBERED);
  private final Database database;
  private final ValueCodec codec;
  private final LockRetries retries;
  private final RelationNames names;
  private final ShapeCache<OverlayParts> overlays = new ShapeCache<>();
  private final ShapeCache<String> keyMatches = new ShapeCache<>();

  public RecordWrites(
      Database database, ValueCodec codec, LockRetries retries, RelationNames names) {
    this.database = database;
    this.codec = codec;
    this.retries = retries;
    this.names = names;
  }

  /** Whether the table had no rows of its own beside the branch's layers when last written. */
  public boolean isKnownLayered(BranchHandle branch, TableHandle table) {
    return !branch.isDefault() && overlays.isKnown(table.id(), branch.id());
  }

  /** Tables of the branch are opened or closed now. */
  public void forget(BranchHandle branch) {
    overlays.forget(branch.id());
  }

  /** See {@link dev.epoch.storage.TableStore#write}; with the schema that the table has now. */
  public WriteResult write(
      BranchHandle branch, BranchTable table, List<RowWrite> writes, Optional<WriteKey> key) {
    return write(branch, table, writes, key, false);
  }

  /**
   * The same with the schema that the table has if it {@link #isKnownLayered}: fails with {@link
   * ShapeMovedException} if it is open.
   */
  public WriteResult writeLayered(
      BranchHandle branch, BranchTable table, List<RowWrite> writes, Optional<WriteKey> key) {
    return write(branch, table, writes, key, true);
  }

  private WriteResult write(
      BranchHandle branch,
      BranchTable table,
      List<RowWrite> writes,
      Optional<WriteKey> key,
      boolean layered) {
    RecordBatch records = RecordBatch.of(table.table(), codec, writes);
    try {
      return beforeOthers(
          branch,
          () ->
              retries.run(() ->
                  inTransaction(
                      branch,
                      table,
                      records,
                      session -> once(session, branch, table, records, key, layered))));
    } catch (ConstraintFailure failure) {
      throw new WriteRefusedException(-1, told(failure, table.table()), failure.remedy());
    } catch (BadValueException e) {
      throw new WriteRefusedException(-1, e.getMessage(), e.remedy());
    } catch (StorageException e) {
      if (branch.isDefault() && RefusedByTrigger.of(e) instanceof WriteRefusedException refused) {
        throw refused;
      }
      if (e.getCause() instanceof PgException error
          && GENERATED_ALWAYS.equals(error.getSqlState())) {
        throw new WriteRefusedException(-1, e.getMessage(), "Leave the column out of the record");
      }
      throw e;
    }
  }

  /** In the words of the user's table, where those of an overlay's constraint say otherwise. */
  private static String told(ConstraintFailure failure, TableHandle table) {
    if (!"epoch".equals(failure.schema()) || failure.table() == null) {
      return failure.getMessage();
    }
    if (failure.kind() == ConstraintFailure.Kind.UNIQUE) {
      return "duplicate key value violates a unique constraint of %s: %s"
          .formatted(table.path().table(), failure.detail());
    }
    return failure.getMessage().replace(failure.table(), table.path().table());
  }

  /**
   * Rows of the live table that an application inserts between our looking for them and our
   * inserting them are there when it is tried again.
   */
  private static WriteResult beforeOthers(BranchHandle branch, Supplier<WriteResult> write) {
    for (int attempt = 1; ; attempt++) {
      try {
        return write.get();
      } catch (ConstraintFailure failure) {
        if (!branch.isDefault()
            || failure.kind() != ConstraintFailure.Kind.UNIQUE
            || attempt == MOST_OVERTAKEN) {
          throw failure;
        }
      }
    }
  }

  private WriteResult once(
      Session session,
      BranchHandle branch,
      BranchTable table,
      RecordBatch records,
      Optional<WriteKey> key,
      boolean layered) {
    if (key.isEmpty()) {
      return write(session, branch, table, records, layered);
    }
    Optional<WriteResult> former = keys.claim(session, key.get());
    if (former.isPresent()) {
      return former.get();
    }
    WriteResult result = write(session, branch, table, records, layered);
    keys.answer(session, key.get(), result);
    return result;
  }

  private WriteResult write(
      Session session,
      BranchHandle branch,
      BranchTable table,
      RecordBatch records,
      boolean layered) {
    RecordWriter writer =
        branch.isDefault()
            ? LiveRecordWriter.open(session, table.table(), keyMatches, names)
            : onBranch(session, branch, table.table(), layered);
    // ids of rows have one text each
    if (records.allKeys().size() > 1 && !table.table().schema().appendOnly()) {
      requireDistinctKeys(session, table.table(), records);
    }
    long total = records.deletes().size();
    long inserted = 0;
    long updated = 0;
    long deleted = records.deletes().size() == 0 ? 0 : writer.delete(records.deletes());
    for (RecordBatch.Group group : records.upserts()) {
      RecordWriter.Upserted upserted = writer.upsert(group);
      inserted += upserted.inserted();
      updated += upserted.updated();
      total += group.size();
    }
    return new WriteResult(inserted, updated, deleted, total - inserted - updated - deleted);
  }

  private RecordWriter onBranch(
      Session session, BranchHandle branch, TableHandle table, boolean layered) {
    Optional<OverlayRecordWriter> known =
        OverlayRecordWriter.ofKnown(session, branch, table, overlays);
    if (known.isPresent()) {
      return known.get();
    }
    String open = openTable(session, branch, table);
    if (!open.isEmpty()) {
      if (layered) {
        throw new ShapeMovedException(List.of(table));
      }
      lockOpen(session, open);
      requireStill(open, session, branch, table);
      return LiveRecordWriter.ofOpenTable(session, branch, table, open);
    }
    try {
      RecordWriter writer = OverlayRecordWriter.open(session, branch, table, overlays, names);
      requireStill(open, session, branch, table);
      return writer;
    } catch (RuntimeException moved) {
      // what was derived meanwhile may be of a table that is open: the next try must look again
      overlays.forget(branch.id());
      throw moved;
    }
  }

  private static void lockOpen(Session session, String open) {
    try {
      session.run("LOCK TABLE " + open + " IN ROW EXCLUSIVE MODE");
    } catch (TableNotFoundException closed) {
      throw new BusyException("The table was closed meanwhile", "Try again");
    }
  }

  /** With the locks of the writer, that is so until the transaction ends. */
  private static void requireStill(
      String open, Session session, BranchHandle branch, TableHandle table) {
    if (!openTable(session, branch, table).equals(open)) {
      throw new BusyException("The table was opened or closed meanwhile", "Try again");
    }
  }

  /** Quoted name with schema; empty if the table is layered. */
  private static String openTable(Session session, BranchHandle branch, TableHandle table) {
    return session
        .first(
            "SELECT coalesce(open_relation, ''), absent FROM epoch.branch_tables"
                + " WHERE branch_id = $1 AND table_id = $2",
            row -> {
              if (row.getBoolean(1)) {
                throw new TableNotFoundException(
                    "Table %s was dropped on branch %s".formatted(table.name(), branch.name()),
                    "See: epoch status --branch " + branch.name());
              }
              return row.getString(0);
            },
            branch.id(),
            table.id())
        .orElse("");
  }

  /**
   * A plan for one record is no plan for ten thousand, and planning over a branch's base costs more
   * than a few records.
   */
  private <T> T inTransaction(
      BranchHandle branch, BranchTable table, RecordBatch records, Function<Session, T> body) {
    return branch.isDefault() || records.allKeys().size() > FEW
        ? database.write(retries.setting() + "; " + MANY_PLANS, body)
        : database.writeKeyed(
            Database.key(branch.id(), table.table().id()), retries.setting(), body);
  }

  /**
   * Keys that differ as texts can be the same as values: 1.0 and 1.00. The live table, of which no
   * row is read, lends its collations.
   */
  private static void requireDistinctKeys(Session session, TableHandle table, RecordBatch records) {
    RecordBatch.Group keys = records.allKeys();
    String columns =
        keys.keyColumns().stream()
            .map(column -> Quote.identifier(column.name()))
            .collect(Collectors.joining(", "));
    session
        .first(
            """
            WITH %s
            SELECT max(epoch_index) AS second
            FROM (
              SELECT epoch_index, %2$s FROM given
              UNION ALL
              SELECT NULL, %2$s FROM %3$s WHERE FALSE
            ) AS collated
            GROUP BY %2$s
            HAVING count(*) > 1
            LIMIT 1
            """
                .formatted(
                    keys.relation(),
                    columns,
                    Quote.qualified(table.path().schema(), table.path().table())),
            row -> RecordBatch.twice(row.getInteger("second")),
            keys.parameters())
        .ifPresent(refusal -> {
          throw refusal;
        });
  }

  static WriteRefusedException appendOnly(TableHandle table) {
    return new WriteRefusedException(
        -1,
        "Rows of append-only table "
            + table.name()
            + " cannot be changed, and Epoch gives their ids",
        "Leave out " + TableSchema.ROW_ID + " to add a row; delete a row by it");
  }

  /** How the rows of a kind of branch are written. */
  interface RecordWriter {
    /** Deletes the rows that are there; their number. */
    long delete(RecordBatch.Group keys);

    /**
     * Updates the rows that are there and differ, inserts the others. Of an append-only table, rows
     * without a key are inserted, and others must be there as they are.
     */
    Upserted upsert(RecordBatch.Group group);

    /** Numbers of rows; those that were as given already count in neither. */
    record Upserted(long inserted, long updated) {}
  }

  /** {@code a = given.a, b = given.b}: not the key, whose values are the same. */
  static String assignments(RecordBatch.Group group) {
    return group.otherColumns().stream()
        .map(column -> Quote.identifier(column.name()))
        .map(column -> column + " = given." + column)
        .collect(Collectors.joining(", "));
  }

  /** Whether the given values are others than those of the relation. */
  static String differ(RecordBatch.Group group, String relation) {
    return "pg_catalog.record_image_ne(ROW("
        + columns(group, relation)
        + "), ROW("
        + columns(group, "given")
        + "))";
  }

  private static String columns(RecordBatch.Group group, String relation) {
    return group.otherColumns().stream()
        .map(column -> relation + "." + Quote.identifier(column.name()))
        .collect(Collectors.joining(", "));
  }
}

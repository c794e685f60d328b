package dev.epoch.storage.relational;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.copy.MadeTable;
import dev.epoch.storage.copy.TableLike;
import dev.epoch.storage.copy.TableMaker;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.relational.RelationalSession.Binding;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * Makes tables, in one transaction where that holds statements which change shapes. A table of
 * Epoch's own says which operation made them, until they are kept; where a table is made and filled
 * in two steps, it says so before, so that one that was not filled is dropped.
 */
final class RelationalTableMaker implements TableMaker {
  static final String MADE = "epoch_made";

  /** A table that is made to be looked at. */
  private static final String TRIAL = "epoch_trial";

  /** What a note says of a table that is not filled yet. */
  private static final String BEGUN = "begun";

  private static final String DONE = "done";
  private static final int BATCH = 1_000;

  private final RelationalStore store;
  private final BiFunction<DataType, Boolean, String> types;

  /**
   * @param types what stands for types of other databases; of columns that must be unique, or not
   */
  RelationalTableMaker(RelationalStore store, BiFunction<DataType, Boolean, String> types) {
    this.store = store;
    this.types = types;
  }

  private TableLike like(TablePath path, TableSchema like, boolean isSameKind) {
    return new TableLike(
        store.dialect.table(path),
        path,
        like,
        isSameKind,
        store.dialect::quote,
        (type, unique) -> isSameKind ? type.name() : types.apply(type, unique));
  }

  @Override
  public MadeTable foresee(TablePath path, TableSchema like, boolean isSameKind) {
    TableLike made = like(path, like, isSameKind);
    try (RelationalSession session = store.begin(true)) {
      if (store.dialect.definesInTransactions()) {
        // what is not committed is rolled back
        session.execute(made.statement());
        return made.made(introspect(session, path));
      }
      requireNone(session, path);
      TablePath trial = new TablePath(path.schema(), TRIAL);
      String drop = "DROP TABLE IF EXISTS " + store.dialect.table(trial);
      session.define(drop);
      session.define(like(trial, like, isSameKind).statement());
      try {
        return made.made(introspect(session, trial));
      } finally {
        session.define(drop);
      }
    }
  }

  private static TableSchema introspect(RelationalSession session, TablePath path) {
    return TableShapes.introspect(TableShapes.read(session, path), List.of());
  }

  private void requireNone(RelationalSession session, TablePath path) {
    try {
      if (store.catalog.table(session.connection, path).isPresent()) {
        throw new StorageException("There is a table " + path + " already", "Give another name");
      }
    } catch (SQLException e) {
      throw store.dialect.translate(e, "look for " + path);
    }
  }

  @Override
  public String type(DataType type, boolean isSameKind) {
    return isSameKind ? type.name() : types.apply(type, false);
  }

  @Override
  public void make(OperationId operation, TablePath path, MadeTable table, RowStream<Row> rows) {
    try (rows;
        RelationalSession session = store.begin(true)) {
      note(session);
      Optional<String> state = state(session, operation, path);
      if (state.isPresent() && state.get().equals(DONE)) {
        return;
      }
      if (store.dialect.definesInTransactions()) {
        session.execute(table.statement());
      } else {
        begin(session, operation, path, table, state.isPresent());
      }
      try {
        fill(session, path, table.schema().columns(), rows);
      } catch (RuntimeException e) {
        takeBack(session, operation, path);
        throw e;
      }
      put(session, operation, path, DONE);
      session.commit();
    }
  }

  /**
   * Notes that the table is this operation's, then makes it: whoever finds the note may drop it.
   */
  private void begin(
      RelationalSession session,
      OperationId operation,
      TablePath path,
      MadeTable table,
      boolean again) {
    if (again) {
      session.define("DROP TABLE IF EXISTS " + store.dialect.table(path));
    } else {
      requireNone(session, path);
      put(session, operation, path, BEGUN);
      session.settle();
    }
    try {
      session.define(table.statement());
    } catch (RuntimeException e) {
      forget(session, operation, path);
      session.settle();
      throw e;
    }
  }

  private void takeBack(RelationalSession session, OperationId operation, TablePath path) {
    if (!store.dialect.definesInTransactions()) {
      session.define("DROP TABLE IF EXISTS " + store.dialect.table(path));
      forget(session, operation, path);
      session.settle();
    }
  }

  private void fill(
      RelationalSession session, TablePath path, List<Column> columns, RowStream<Row> rows) {
    String insert =
        "INSERT INTO %s (%s) VALUES (%s)"
            .formatted(
                store.dialect.table(path),
                columns.stream()
                    .map(column -> store.dialect.quote(column.name()))
                    .collect(Collectors.joining(", ")),
                columns.stream().map(_ -> "?").collect(Collectors.joining(", ")));
    try (PreparedStatement statement = session.connection.prepareStatement(insert)) {
      int waiting = 0;
      while (rows.hasNext()) {
        Row row = rows.next();
        for (int i = 0; i < columns.size(); i++) {
          store.codec.bind(statement, i + 1, columns.get(i).type(), row.get(i));
        }
        statement.addBatch();
        waiting++;
        if (waiting == BATCH) {
          statement.executeBatch();
          waiting = 0;
        }
      }
      if (waiting > 0) {
        statement.executeBatch();
      }
    } catch (SQLException e) {
      throw store.dialect.translate(e, insert);
    }
  }

  @Override
  public void unmake(OperationId operation, TablePath path) {
    settle(operation, path, true);
  }

  @Override
  public void keep(OperationId operation, TablePath path) {
    settle(operation, path, false);
  }

  private void settle(OperationId operation, TablePath path, boolean drops) {
    try (RelationalSession session = store.begin(true)) {
      note(session);
      if (drops && state(session, operation, path).isPresent()) {
        session.define("DROP TABLE IF EXISTS " + store.dialect.table(path));
      }
      forget(session, operation, path);
      if (session.number("SELECT count(*) FROM " + MADE) == 0) {
        session.define("DROP TABLE " + MADE);
      }
      session.commit();
    }
  }

  private static void note(RelationalSession session) {
    Dialect dialect = session.store.dialect;
    session.define(
        "CREATE TABLE IF NOT EXISTS %s (operation VARCHAR(36) NOT NULL, path %s NOT NULL, state VARCHAR(5) NOT NULL)%s"
            .formatted(MADE, dialect.longText(), dialect.noteTable()));
  }

  private static void put(
      RelationalSession session, OperationId operation, TablePath path, String state) {
    forget(session, operation, path);
    session.update(
        "INSERT INTO " + MADE + " (operation, path, state) VALUES (?, ?, ?)",
        Binding.of(operation.id().toString(), path.toString(), state));
  }

  private static void forget(RelationalSession session, OperationId operation, TablePath path) {
    session.update(
        "DELETE FROM " + MADE + " WHERE operation = ? AND path = ?",
        Binding.of(operation.id().toString(), path.toString()));
  }

  private static Optional<String> state(
      RelationalSession session, OperationId operation, TablePath path) {
    return session.first(
        "SELECT state FROM " + MADE + " WHERE operation = ? AND path = ?",
        Binding.of(operation.id().toString(), path.toString()),
        row -> row.getString(1));
  }
}

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
import dev.epoch.storage.relational.RelationalSession.Binding;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Makes tables in one transaction, for databases whose transactions hold statements that change
 * shapes. A table of its own says which operation made them, until they are kept.
 */
final class RelationalTableMaker implements TableMaker {
  static final String MADE = "epoch_made";

  private final RelationalStore store;
  private final Function<DataType, String> types;

  /**
   * @param types what stands for types of other databases
   */
  RelationalTableMaker(RelationalStore store, Function<DataType, String> types) {
    this.store = store;
    this.types = types;
  }

  @Override
  public MadeTable foresee(TablePath path, TableSchema like, boolean isSameKind) {
    TableLike made =
        new TableLike(
            store.dialect.table(path),
            path,
            like,
            isSameKind,
            store.dialect::quote,
            type -> type(type, isSameKind));
    // what is not committed is rolled back
    try (RelationalSession session = store.begin(true)) {
      session.execute(made.statement());
      return made.made(TableShapes.introspect(TableShapes.read(session, path), List.of()));
    }
  }

  @Override
  public String type(DataType type, boolean isSameKind) {
    return isSameKind ? type.name() : types.apply(type);
  }

  @Override
  public void make(OperationId operation, TablePath path, MadeTable table, RowStream<Row> rows) {
    try (rows;
        RelationalSession session = store.begin(true)) {
      note(session);
      if (isMade(session, operation, path)) {
        return;
      }
      session.execute(table.statement());
      session.update(
          "INSERT INTO " + MADE + " (operation, path) VALUES (?, ?)",
          Binding.of(operation.id().toString(), path.toString()));
      fill(session, path, table.schema().columns(), rows);
      session.commit();
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
      while (rows.hasNext()) {
        Row row = rows.next();
        for (int i = 0; i < columns.size(); i++) {
          store.codec.bind(statement, i + 1, columns.get(i).type(), row.get(i));
        }
        statement.executeUpdate();
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
      if (drops && isMade(session, operation, path)) {
        session.execute("DROP TABLE " + store.dialect.table(path));
      }
      session.update(
          "DELETE FROM " + MADE + " WHERE operation = ? AND path = ?",
          Binding.of(operation.id().toString(), path.toString()));
      if (session.number("SELECT count(*) FROM " + MADE) == 0) {
        session.execute("DROP TABLE " + MADE);
      }
      session.commit();
    }
  }

  private static void note(RelationalSession session) {
    session.execute(
        "CREATE TABLE IF NOT EXISTS " + MADE + " (operation TEXT NOT NULL, path TEXT NOT NULL)");
  }

  private static boolean isMade(RelationalSession session, OperationId operation, TablePath path) {
    return session
        .first(
            "SELECT 1 FROM " + MADE + " WHERE operation = ? AND path = ?",
            Binding.of(operation.id().toString(), path.toString()),
            row -> true)
        .isPresent();
  }
}

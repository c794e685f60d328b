package dev.epoch.storage.relational;

import dev.epoch.events.table.Column;
import dev.epoch.model.row.RowChange;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.ConstraintViolationsException.Violation;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes rows of merges to a live table, as an application does: rows that go first, then rows that
 * change, then rows that come, so that values which are given up can be taken. Rows that another
 * one of the same merge stands in the way of are tried again behind it.
 */
final class LiveWrites {
  private final RelationalSession session;
  private final TableHandle handle;
  private final LayerTable table;
  private final List<Integer> places = new ArrayList<>();
  private final List<String> names = new ArrayList<>();

  LiveWrites(RelationalSession session, TableHandle handle) {
    this.session = session;
    this.handle = handle;
    this.table = session.table(handle);
    List<Column> columns = handle.schema().columns();
    for (int i = 0; i < columns.size(); i++) {
      String name = table.live().get(columns.get(i).id());
      if (name != null && !columns.get(i).generated()) {
        places.add(i);
        names.add(session.store.dialect.quote(name));
      }
    }
  }

  void write(List<RowChange> changes) {
    try {
      run(of(changes, RowChange.Kind.DELETE), delete(), this::bindKeyed);
      run(of(changes, RowChange.Kind.UPDATE), update(), this::bindUpdate);
      run(of(changes, RowChange.Kind.INSERT), insert(), this::bindRow);
    } catch (SQLException e) {
      throw session.store.dialect.translate(e, "write " + table.path());
    }
  }

  private static List<RowChange> of(List<RowChange> changes, RowChange.Kind kind) {
    return changes.stream().filter(change -> change.kind() == kind).toList();
  }

  private interface Binder {
    void bind(PreparedStatement statement, RowChange change) throws SQLException;
  }

  private void run(List<RowChange> changes, String sql, Binder binder) throws SQLException {
    List<RowChange> left = changes;
    while (!left.isEmpty()) {
      List<RowChange> again = new ArrayList<>();
      SQLException refusal = null;
      try (PreparedStatement statement = session.connection.prepareStatement(sql)) {
        for (RowChange change : left) {
          binder.bind(statement, change);
          try {
            statement.executeUpdate();
          } catch (SQLException e) {
            if (!session.store.dialect.isViolation(e)) {
              throw e;
            }
            refusal = e;
            again.add(change);
          }
        }
      }
      if (again.size() == left.size()) {
        String message = session.store.dialect.translate(refusal, sql).getMessage();
        throw new ConstraintViolationsException(
            again.stream()
                .map(change -> new Violation(handle.id(), change.key(), message, message))
                .toList());
      }
      left = again;
    }
  }

  private String live() {
    return session.store.dialect.table(table.path());
  }

  private String keyed() {
    return table.key().stream()
        .map(id -> session.store.dialect.quote(table.live().get(id)) + " = ?")
        .collect(Collectors.joining(" AND "));
  }

  private String delete() {
    return "DELETE FROM %s WHERE %s".formatted(live(), keyed());
  }

  private String update() {
    return "UPDATE %s SET %s WHERE %s"
        .formatted(
            live(),
            names.stream().map(name -> name + " = ?").collect(Collectors.joining(", ")),
            keyed());
  }

  private String insert() {
    return "INSERT INTO %s (%s) VALUES (%s)"
        .formatted(
            live(),
            String.join(", ", names),
            IntStream.range(0, names.size()).mapToObj(_ -> "?").collect(Collectors.joining(", ")));
  }

  private void bindKeyed(PreparedStatement statement, RowChange change) throws SQLException {
    bindKey(statement, 1, change);
  }

  private void bindUpdate(PreparedStatement statement, RowChange change) throws SQLException {
    bindRow(statement, change);
    bindKey(statement, names.size() + 1, change);
  }

  private void bindRow(PreparedStatement statement, RowChange change) throws SQLException {
    for (int i = 0; i < places.size(); i++) {
      int place = places.get(i);
      session.store.codec.bind(
          statement, i + 1, handle.schema().columns().get(place).type(), change.after().get(place));
    }
  }

  private void bindKey(PreparedStatement statement, int first, RowChange change)
      throws SQLException {
    int[] key = handle.schema().keyIndexes();
    List<Column> columns = Arrays.stream(key).mapToObj(handle.schema().columns()::get).toList();
    for (int i = 0; i < columns.size(); i++) {
      session.store.codec.bind(statement, first + i, columns.get(i).type(), change.key().get(i));
    }
  }
}

package dev.epoch.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.Column;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.AbstractStorageAdapterTests;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageBackend;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.OpenedTables;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What every backend does, with each branch in a file of its own, which has the branch's rows. */
class SqliteWorkspaceStatesTest extends AbstractStorageAdapterTests {
  @Override
  protected StorageBackend open() {
    try {
      Path folder = Files.createTempDirectory("epoch-sqlite");
      return watched(new SqliteBackend(folder.resolve("people.db")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected int histories() {
    return 6;
  }

  private static StorageBackend watched(StorageBackend backend) {
    StorageAdapter adapter = watched(backend.adapter());
    return (StorageBackend)
        Proxy.newProxyInstance(
            StorageBackend.class.getClassLoader(),
            new Class<?>[] {StorageBackend.class},
            (_, method, arguments) ->
                method.getName().equals("adapter") ? adapter : call(backend, method, arguments));
  }

  private static StorageAdapter watched(StorageAdapter adapter) {
    return (StorageAdapter)
        Proxy.newProxyInstance(
            StorageAdapter.class.getClassLoader(),
            new Class<?>[] {StorageAdapter.class},
            (_, method, arguments) -> {
              Object answer = call(adapter, method, arguments);
              if (method.getName().equals("putBranch")
                  && !((BranchHandle) arguments[0]).isDefault()) {
                adapter.openTables().orElseThrow().open((BranchHandle) arguments[0], List.of());
              } else if (method.getName().equals("rows")
                  && arguments[1] instanceof TableState.Working(BranchHandle branch, var _)
                  && !branch.isDefault()) {
                requireSame(adapter, (TableHandle) arguments[0], (TableState.Working) arguments[1]);
              }
              return answer;
            });
  }

  private static Object call(Object on, java.lang.reflect.Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(on, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static void requireSame(
      StorageAdapter adapter, TableHandle handle, TableState.Working state) {
    OpenedTables opened = adapter.openTables().orElseThrow().opened(state.branch());
    boolean open =
        opened.tables().stream()
            .anyMatch(table -> table.tableId().equals(handle.id()) && table.open());
    if (!open) {
      return;
    }
    Set<List<String>> expected = new HashSet<>();
    try (RowStream<Row> rows = adapter.rows(handle, state, RowQuery.all())) {
      rows.forEachRemaining(row -> expected.add(row.values()));
    }
    List<List<String>> found = new ArrayList<>();
    List<Column> columns = handle.schema().columns();
    SqliteColumnCodec codec = new SqliteColumnCodec();
    String sql =
        "SELECT %s FROM %s"
            .formatted(
                columns.stream()
                    .map(column -> SqliteDialect.quoted(column.name()))
                    .collect(Collectors.joining(", ")),
                SqliteDialect.quoted(handle.path().table()));
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + opened.place());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
          values.add(codec.read(row, i + 1, columns.get(i).type()));
        }
        found.add(values);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    assertThat(found).as("in the file").containsExactlyInAnyOrderElementsOf(expected);
  }
}

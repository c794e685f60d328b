package dev.epoch.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.migration.tool.DialectMigration;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Up gives exactly the other schema, down gives back the first, and rows stay. */
class SqliteMigrationTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void thereAndBack(SqliteMigrationCase given) throws SQLException {
    try (Connection file = file("file", given.before);
        Connection wish = file("wish", given.after)) {
      run(file, given.rows);
      DatabaseSchema first = new SqliteSchemas(file).read();
      DatabaseSchema second = new SqliteSchemas(wish).read();
      DatabaseSchema named = withIds(second, given.renames);
      DialectMigration migration =
          new SqliteMigrationPrinter().print(SchemaDifference.between(first, named), first, named);
      assertThat(migration.unsupported()).isEmpty();
      assertThat(migration.up()).isNotEmpty();
      Map<String, List<String>> rows = rows(file, first, named, given.renames, false);

      // when
      run(file, migration.up());

      // then
      assertThat(differences(new SqliteSchemas(file).read(), second))
          .as(String.join(";\n", migration.up()))
          .isEmpty();
      assertThat(rows(file, first, named, given.renames, true)).isEqualTo(rows);
      assertThat(String.join("\n", migration.up()).contains("epoch_new_"))
          .as("rebuilt: " + String.join(";\n", migration.up()))
          .isEqualTo(given.rebuilds);

      // when
      run(file, migration.down());

      // then
      assertThat(differences(new SqliteSchemas(file).read(), first))
          .as(String.join(";\n", migration.down()))
          .isEmpty();
      assertThat(rows(file, first, named, given.renames, false)).isEqualTo(rows);
      if (given == SqliteMigrationCase.AUTOINCREMENT_STAYS) {
        assertThat(single(file, "SELECT seq FROM sqlite_sequence WHERE name = 't'"))
            .as("numbers of rows that are gone are not given again")
            .isEqualTo("99");
      }
      assertThat(single(file, "PRAGMA integrity_check")).isEqualTo("ok");
      assertThat(single(file, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'epoch%'"))
          .isEqualTo("0");
    }
  }

  private static Map<?, ?> differences(DatabaseSchema one, DatabaseSchema other) {
    return SchemaDifference.between(one, other).changes();
  }

  /** Rows that the new schema refuses stay where they are, in the table as it was. */
  @Test
  void aMigrationThatFailsLeavesAllAsItWas() throws SQLException {
    try (Connection file =
            file("file", List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)"));
        Connection wish =
            file("wish", List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL)"))) {
      run(file, List.of("INSERT INTO t VALUES (1, NULL)"));
      DatabaseSchema first = new SqliteSchemas(file).read();
      DatabaseSchema second = new SqliteSchemas(wish).read();
      List<String> up =
          new SqliteMigrationPrinter()
              .print(SchemaDifference.between(first, second), first, second)
              .up();
      assertThatThrownBy(() -> run(file, up)).hasMessageContaining("NOT NULL");
      run(file, List.of("ROLLBACK"));
      assertThat(differences(new SqliteSchemas(file).read(), first)).isEmpty();
      assertThat(single(file, "SELECT count(*) FROM t")).isEqualTo("1");
    }
  }

  /** A reference that rows break is refused at the end, and all is as it was. */
  @Test
  void aReferenceThatRowsBreakIsRefused() throws SQLException {
    try (Connection file =
            file(
                "file",
                List.of(
                    "CREATE TABLE p (id INTEGER PRIMARY KEY)",
                    "CREATE TABLE t (id INTEGER PRIMARY KEY, p INTEGER)"));
        Connection wish =
            file(
                "wish",
                List.of(
                    "CREATE TABLE p (id INTEGER PRIMARY KEY)",
                    "CREATE TABLE t (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id))"))) {
      run(file, List.of("INSERT INTO t VALUES (1, 7)"));
      DatabaseSchema first = new SqliteSchemas(file).read();
      DatabaseSchema second = new SqliteSchemas(wish).read();
      List<String> up =
          new SqliteMigrationPrinter()
              .print(SchemaDifference.between(first, second), first, second)
              .up();
      assertThatThrownBy(() -> run(file, up))
          .hasMessageContaining("rows refer to what is not there");
      assertThat(differences(new SqliteSchemas(file).read(), first)).isEmpty();
      assertThat(single(file, "SELECT p FROM t")).isEqualTo("7");
    }
  }

  private Connection file(String name, List<String> statements) throws SQLException {
    Connection connection =
        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(name + ".db"));
    run(connection, List.of("PRAGMA foreign_keys = ON"));
    run(connection, statements);
    return connection;
  }

  private static void run(Connection connection, List<String> statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        try {
          statement.execute(sql);
        } catch (SQLException e) {
          throw new SQLException(sql + ": " + e.getMessage(), e);
        }
      }
    }
  }

  private static String single(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  /** Columns that were renamed keep the identities that they had. */
  private static DatabaseSchema withIds(DatabaseSchema schema, Map<String, String> renames) {
    List<SchemaObject> objects = new ArrayList<>();
    for (SchemaObject object : schema.objects().values()) {
      if (object instanceof TableDefinition table) {
        List<ColumnDefinition> columns = new ArrayList<>();
        for (ColumnDefinition column : table.columns()) {
          columns.add(
              column.withId(
                  renames.getOrDefault(table.name().name() + "." + column.name(), column.id())));
        }
        objects.add(table.with(columns));
      } else {
        objects.add(object);
      }
    }
    return DatabaseSchema.of(objects);
  }

  /** Rows of the tables that both have, in the columns that both have, by the first's names. */
  private static Map<String, List<String>> rows(
      Connection file,
      DatabaseSchema first,
      DatabaseSchema second,
      Map<String, String> renames,
      boolean migrated)
      throws SQLException {
    Map<String, List<String>> rows = new TreeMap<>();
    for (SchemaObject object : first.objects().values()) {
      if (!(object instanceof TableDefinition table) || second.table(table.name()).isEmpty()) {
        continue;
      }
      Map<String, String> kept = new HashMap<>();
      for (ColumnDefinition column : second.table(table.name()).orElseThrow().columns()) {
        if (table.column(column.id()).isPresent() && column.generated() == null) {
          kept.put(migrated ? column.name() : column.id(), column.id());
        }
      }
      List<String> all = new ArrayList<>();
      try (Statement statement = file.createStatement();
          ResultSet row =
              statement.executeQuery(
                  "SELECT * FROM " + SqliteDialect.quoted(table.name().name()))) {
        ResultSetMetaData columns = row.getMetaData();
        while (row.next()) {
          Map<String, Object> values = new TreeMap<>();
          for (int i = 1; i <= columns.getColumnCount(); i++) {
            String id = kept.get(columns.getColumnName(i));
            if (id != null) {
              values.put(id, row.getString(i));
            }
          }
          all.add(values.toString());
        }
      }
      rows.put(table.name().name(), all.stream().sorted().toList());
    }
    return rows;
  }
}

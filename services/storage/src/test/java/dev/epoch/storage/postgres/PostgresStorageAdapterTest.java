package dev.epoch.storage.postgres;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.storage.AbstractStorageAdapterTests;
import dev.epoch.storage.Alteration;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageBackend;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import io.vertx.sqlclient.PoolOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** As the owner of the database, who is no superuser. */
class PostgresStorageAdapterTest extends AbstractStorageAdapterTests {
  @Override
  protected StorageBackend open() {
    TestDatabase database = StoragePostgres.durableDatabaseWithSchema();
    database.execute(
        "CREATE TABLE person (id integer PRIMARY KEY, name text, age integer)",
        "INSERT INTO person VALUES (1, 'Ann', 30), (2, 'Bob', 40), (3, 'Cid', 50)");
    return new Backend(
        database,
        new PostgresStorageAdapter(
            StoragePostgres.vertx(), database.options(), new PoolOptions().setMaxSize(4)));
  }

  private record Backend(TestDatabase database, StorageAdapter adapter) implements StorageBackend {
    @Override
    public TablePath path() {
      return new TablePath("public", "person");
    }

    @Override
    public List<String> usersRows() {
      return database.rows("SELECT * FROM person").stream().map(Object::toString).toList();
    }

    @Override
    public TablePath create(String name, List<Column> columns, List<String> primaryKey) {
      columns.forEach(column -> createType(column.type()));
      String definitions =
          columns.stream()
              .map(column ->
                  "%s %s%s"
                      .formatted(
                          Quote.identifier(column.name()),
                          column.type().name(),
                          column.nullable() ? "" : " NOT NULL"))
              .collect(Collectors.joining(", "));
      String key =
          primaryKey.isEmpty() ? "" : ", PRIMARY KEY (" + Quote.identifiers(primaryKey) + ")";
      database.execute(
          "CREATE TABLE %s (%s%s)".formatted(Quote.identifier(name), definitions, key));
      return new TablePath("public", name);
    }

    private void createType(DataType type) {
      String definition =
          switch (type.kind()) {
            case ENUM ->
                "TYPE %s AS ENUM (%s)"
                    .formatted(
                        type.name(),
                        type.labels().stream()
                            .map(Quote::literal)
                            .collect(Collectors.joining(", ")));
            case COMPOSITE ->
                "TYPE %s AS (%s)"
                    .formatted(
                        type.name(),
                        type.fields().stream()
                            .map(field -> field.name() + " " + field.type().name())
                            .collect(Collectors.joining(", ")));
            case DOMAIN -> "DOMAIN %s AS %s".formatted(type.name(), type.element().name());
            default -> null;
          };
      if (definition != null
          && database.value("SELECT to_regtype('" + type.name() + "')") == null) {
        database.execute("CREATE " + definition);
      }
    }

    @Override
    public void applicationInserts(TablePath path, List<Row> rows) {
      String values =
          rows.stream()
              .map(row ->
                  row.values().stream()
                      .map(Quote::literal)
                      .collect(Collectors.joining(", ", "(", ")")))
              .collect(Collectors.joining(", "));
      database.execute(
          "INSERT INTO %s VALUES %s"
              .formatted(Quote.qualified(path.schema(), path.table()), values));
    }

    @Override
    public void alter(TablePath path, Alteration change) {
      String action =
          switch (change) {
            case Alteration.Add add ->
                "ADD COLUMN %s %s DEFAULT %s"
                    .formatted(
                        Quote.identifier(add.name()),
                        add.type().name(),
                        Quote.literal(add.value()));
            case Alteration.Drop drop -> "DROP COLUMN " + Quote.identifier(drop.name());
            case Alteration.Rename rename ->
                "RENAME COLUMN %s TO %s"
                    .formatted(Quote.identifier(rename.name()), Quote.identifier(rename.to()));
            case Alteration.Retype retype ->
                "ALTER COLUMN %s TYPE %s"
                    .formatted(Quote.identifier(retype.name()), retype.type().name());
          };
      database.execute(
          "ALTER TABLE %s %s".formatted(Quote.qualified(path.schema(), path.table()), action));
    }

    @Override
    public void applicationWrites(TableHandle table, List<RowChange> changes) {
      List<String> statements = new ArrayList<>(List.of("BEGIN"));
      for (RowChange change : changes) {
        List<Column> columns = table.schema().columns();
        List<String> conditions = new ArrayList<>();
        for (int place : table.schema().keyIndexes()) {
          conditions.add(
              Quote.identifier(columns.get(place).name())
                  + " = "
                  + literal(
                      columns.get(place),
                      (change.before() == null ? change.after() : change.before()).get(place)));
        }
        String name = Quote.qualified(table.path().schema(), table.path().table());
        statements.add("DELETE FROM " + name + " WHERE " + String.join(" AND ", conditions));
        if (change.after() != null) {
          List<String> values = new ArrayList<>();
          for (int i = 0; i < columns.size(); i++) {
            values.add(literal(columns.get(i), change.after().get(i)));
          }
          statements.add("INSERT INTO " + name + " VALUES (" + String.join(", ", values) + ")");
        }
      }
      statements.add("COMMIT");
      database.execute(String.join("; ", statements));
    }

    private static String literal(Column column, String text) {
      return text == null
          ? "NULL"
          : "CAST(%s AS %s)".formatted(Quote.literal(text), column.type().name());
    }

    @Override
    public void close() {
      adapter.close();
      database.close();
    }
  }
}

package dev.epoch.storage.sqlite;

import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.Index;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.NotVersionableException;
import dev.epoch.storage.relational.Catalog;
import dev.epoch.storage.relational.LiveColumn;
import dev.epoch.storage.relational.LiveTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What sqlite_schema and the pragmas say. */
final class SqliteCatalog implements Catalog {
  static final String MAIN = "main";

  @Override
  public List<TablePath> tables(Connection connection) throws SQLException {
    return all(
        connection,
        """
        SELECT name FROM pragma_table_list
        WHERE schema = 'main' AND type = 'table'
          AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'epoch\\_%' ESCAPE '\\'
        ORDER BY name COLLATE BINARY\
        """,
        row -> new TablePath(MAIN, row.getString(1)));
  }

  @Override
  public Optional<LiveTable> table(Connection connection, TablePath path) throws SQLException {
    List<String[]> found =
        all(
            connection,
            "SELECT type, strict FROM pragma_table_list WHERE schema = 'main' AND name = ?",
            row -> new String[] {row.getString(1), row.getString(2)},
            path.table());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    String type = found.getFirst()[0];
    if (!type.equals("table")) {
      throw new NotVersionableException(
          "%s is a %s table: its rows are another table's, or a module's"
              .formatted(path.table(), type),
          type.equals("view") ? "Register the tables below the view" : null);
    }
    String definition =
        all(
                connection,
                "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?",
                row -> row.getString(1),
                path.table())
            .getFirst();
    CreateTableText text = CreateTableText.of(definition);
    List<LiveColumn> columns = columns(connection, path, text);
    List<Constraint> constraints = new ArrayList<>();
    List<Index> indexes = new ArrayList<>();
    List<List<String>> uniques = new ArrayList<>();
    List<String> key = key(connection, path);
    if (!key.isEmpty()) {
      constraints.add(
          constraint("PRIMARY KEY", Constraint.Kind.PRIMARY_KEY, key, "PRIMARY KEY " + list(key)));
    }
    indexes(connection, path, constraints, indexes, uniques);
    references(connection, path, text, constraints);
    int number = 0;
    for (CreateTableText.Check check : text.checks()) {
      String name = check.name() == null ? "check_" + ++number : check.name();
      constraints.add(
          constraint(name, Constraint.Kind.CHECK, List.of(), "CHECK (" + check.expression() + ")"));
    }
    constraints.sort(Comparator.comparing(Constraint::name));
    return Optional.of(
        new LiveTable(path, columns, key, uniques, constraints, indexes, definition));
  }

  private static List<LiveColumn> columns(
      Connection connection, TablePath path, CreateTableText text) throws SQLException {
    return all(
        connection,
        "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?)"
            + " WHERE hidden <> 1 ORDER BY cid",
        row -> {
          String name = row.getString(1);
          String declared = row.getString(2).replaceFirst("(?i)\\s*GENERATED ALWAYS$", "");
          boolean generated = row.getInt(6) == 2 || row.getInt(6) == 3;
          boolean alone = row.getInt(5) == 1 && declared.equalsIgnoreCase("INTEGER");
          return new LiveColumn(
              name,
              SqliteTypes.type(declared),
              declared,
              text.collation(name),
              row.getInt(3) == 0 && row.getInt(5) == 0,
              generated ? null : row.getString(4),
              generated ? text.generated(name) : null,
              alone && text.isRowid(name));
        },
        path.table());
  }

  private static List<String> key(Connection connection, TablePath path) throws SQLException {
    return all(
        connection,
        "SELECT name FROM pragma_table_xinfo(?) WHERE pk > 0 ORDER BY pk",
        row -> row.getString(1),
        path.table());
  }

  private record IndexRow(String name, boolean unique, String origin, boolean partial) {}

  private static void indexes(
      Connection connection,
      TablePath path,
      List<Constraint> constraints,
      List<Index> indexes,
      List<List<String>> uniques)
      throws SQLException {
    List<IndexRow> rows =
        all(
            connection,
            "SELECT name, \"unique\", origin, partial FROM pragma_index_list(?) ORDER BY name",
            row ->
                new IndexRow(
                    row.getString(1), row.getInt(2) == 1, row.getString(3), row.getInt(4) == 1),
            path.table());
    for (IndexRow index : rows) {
      List<String> names =
          all(
              connection,
              "SELECT name FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno",
              row -> row.getString(1),
              index.name);
      String sql =
          all(
                  connection,
                  "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?",
                  row -> row.getString(1),
                  index.name)
              .stream()
              .filter(Objects::nonNull)
              .findFirst()
              .orElse(null);
      if (index.unique && !index.origin.equals("pk")) {
        uniques.add(
            names.contains(null)
                ? CreateIndexText.of(sql).expressions()
                : names.stream().map(SqliteDialect::quoted).toList());
      }
      if (index.origin.equals("u")) {
        constraints.add(
            constraint(
                "unique_" + String.join("_", names),
                Constraint.Kind.UNIQUE,
                names,
                "UNIQUE " + list(names)));
      } else if (index.origin.equals("c")) {
        String statement =
            CreateIndexText.of(sql).statement(index.name, path.table(), index.unique);
        indexes.add(new Index(index.name, statement, index.unique));
      }
    }
  }

  private static void references(
      Connection connection, TablePath path, CreateTableText text, List<Constraint> constraints)
      throws SQLException {
    Map<Integer, List<String[]>> keys = new TreeMap<>();
    all(
        connection,
        "SELECT id, \"table\", \"from\", \"to\", on_update, on_delete FROM pragma_foreign_key_list(?)"
            + " ORDER BY id, seq",
        row ->
            keys.computeIfAbsent(row.getInt(1), _ -> new ArrayList<>())
                .add(
                    new String[] {
                      row.getString(2),
                      row.getString(3),
                      row.getString(4),
                      row.getString(5),
                      row.getString(6)
                    }),
        path.table());
    Set<String> names = new HashSet<>();
    for (Map.Entry<Integer, List<String[]>> entry : keys.entrySet()) {
      List<String[]> key = entry.getValue();
      // SQLite numbers them from the last
      String deferrable = text.deferrable(keys.size() - 1 - entry.getKey());
      List<String> from = key.stream().map(part -> part[1]).toList();
      List<String> to = key.stream().map(part -> part[2]).filter(Objects::nonNull).toList();
      String[] first = key.getFirst();
      String actions = action(" ON UPDATE ", first[3]) + action(" ON DELETE ", first[4]);
      String name = "fk_" + String.join("_", from);
      for (int i = 2; !names.add(name); i++) {
        name = "fk_" + String.join("_", from) + "_" + i;
      }
      constraints.add(
          new Constraint(
              name,
              Constraint.Kind.FOREIGN_KEY,
              from,
              "FOREIGN KEY %s REFERENCES %s%s%s%s"
                  .formatted(
                      list(from),
                      SqliteDialect.quoted(first[0]),
                      to.isEmpty() ? "" : " " + list(to),
                      actions,
                      deferrable),
              MAIN + "." + first[0],
              to,
              !deferrable.isEmpty()));
    }
  }

  private static String action(String when, String what) {
    return what.equals("NO ACTION") ? "" : when + what;
  }

  private static String list(List<String> names) {
    return names.stream().map(SqliteDialect::quoted).collect(Collectors.joining(", ", "(", ")"));
  }

  private static Constraint constraint(
      String name, Constraint.Kind kind, List<String> columns, String definition) {
    return new Constraint(name, kind, columns, definition, null, List.of(), false);
  }

  @Override
  public Map<String, String> captured(Connection connection, TablePath path, int number)
      throws SQLException {
    List<String> names = SqliteCapture.names(number);
    Map<String, String> triggers = new TreeMap<>();
    all(
        connection,
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?",
        row -> triggers.put(row.getString(1), row.getString(2)),
        path.table());
    if (!triggers.keySet().containsAll(names)) {
      return Map.of();
    }
    return SqliteCapture.noted(triggers.get(names.getLast()));
  }

  @Override
  public long version(Connection connection) throws SQLException {
    return all(connection, "PRAGMA schema_version", row -> row.getLong(1)).getFirst();
  }

  @Override
  public long estimate(Connection connection, TablePath path) throws SQLException {
    return all(
            connection,
            "SELECT count(*) FROM " + SqliteDialect.quoted(path.table()),
            row -> row.getLong(1))
        .getFirst();
  }

  private interface Reading<T> {
    T read(ResultSet row) throws SQLException;
  }

  private static <T> List<T> all(
      Connection connection, String sql, Reading<T> reading, String... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      List<T> all = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(reading.read(row));
        }
      }
      return all;
    }
  }
}

package dev.epoch.storage.mysql;

import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.Index;
import dev.epoch.storage.TablePath;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Keys, indexes, references and checks of a table. */
final class MysqlConstraints {
  private static final Pattern JSON_CHECK =
      Pattern.compile("(?i)^json_valid\\(`((?:[^`]|``)*)`\\)$");

  private final List<Constraint> constraints = new ArrayList<>();
  private final List<Index> indexes = new ArrayList<>();
  private final List<String> key = new ArrayList<>();
  private final Set<String> documents = new HashSet<>();
  private boolean partialKey;

  private MysqlConstraints() {}

  static MysqlConstraints of(Connection connection, TablePath path, Flavour flavour)
      throws SQLException {
    MysqlConstraints read = new MysqlConstraints();
    read.indexes(connection, path, flavour);
    ForeignKey.of(connection, path).forEach(read::reference);
    read.checks(connection, path, flavour);
    return read;
  }

  List<Constraint> constraints() {
    return constraints;
  }

  List<Index> indexes() {
    return indexes;
  }

  List<String> key() {
    return key;
  }

  boolean hasPartialKey() {
    return partialKey;
  }

  /** Whether MariaDB checks that a column's texts are documents: its type JSON is that. */
  boolean isJson(String column) {
    return documents.contains(column);
  }

  private record Part(String column, String text, boolean unique, String type) {}

  private void indexes(Connection connection, TablePath path, Flavour flavour) throws SQLException {
    Map<String, List<Part>> parts = new LinkedHashMap<>();
    // functional parts are MySQL's alone
    String expression = flavour.mariadb() ? "NULL" : "expression";
    Queries.all(
        connection,
        """
        SELECT index_name, column_name, sub_part, non_unique, index_type, %s
        FROM information_schema.statistics WHERE table_schema = ? AND table_name = ?
        ORDER BY index_name, seq_in_index\
        """
            .formatted(expression),
        row -> {
          String column = row.getString(2);
          String length = row.getString(3);
          String text = column == null ? "(" + row.getString(6) + ")" : MysqlDialect.quoted(column);
          if (length != null) {
            text += "(" + length + ")";
          }
          Part part =
              new Part(length == null ? column : null, text, row.getInt(4) == 0, row.getString(5));
          return parts.computeIfAbsent(row.getString(1), _ -> new ArrayList<>()).add(part);
        },
        path.schema(),
        path.table());
    parts.forEach(this::index);
  }

  private void index(String name, List<Part> parts) {
    List<String> columns = parts.stream().map(Part::column).toList();
    String list = parts.stream().map(Part::text).collect(Collectors.joining(", ", "(", ")"));
    boolean unique = parts.getFirst().unique;
    if (name.equals("PRIMARY")) {
      partialKey = columns.contains(null);
      columns.stream().filter(column -> column != null).forEach(key::add);
      constraint(name, Constraint.Kind.PRIMARY_KEY, key, "PRIMARY KEY " + list);
    } else if (unique && !columns.contains(null)) {
      constraint(name, Constraint.Kind.UNIQUE, columns, "UNIQUE " + list);
    } else {
      String type = parts.getFirst().type;
      String kind =
          switch (type) {
            case "FULLTEXT", "SPATIAL" -> type + " ";
            default -> unique ? "UNIQUE " : "";
          };
      indexes.add(
          new Index(
              name,
              "CREATE %sINDEX %s ON %s".formatted(kind, MysqlDialect.quoted(name), list),
              unique));
    }
  }

  private void constraint(
      String name, Constraint.Kind kind, List<String> columns, String definition) {
    constraints.add(new Constraint(name, kind, columns, definition, null, List.of(), false));
  }

  private void reference(ForeignKey reference) {
    constraints.add(
        new Constraint(
            reference.name(),
            Constraint.Kind.FOREIGN_KEY,
            reference.from(),
            "FOREIGN KEY %s REFERENCES %s %s%s%s"
                .formatted(
                    list(reference.from()),
                    MysqlDialect.quoted(reference.parent().table()),
                    list(reference.to()),
                    action(" ON DELETE ", reference.onDelete()),
                    action(" ON UPDATE ", reference.onUpdate())),
            reference.parent().toString(),
            reference.to(),
            false));
  }

  private static String action(String when, String what) {
    return what.equals("RESTRICT") || what.equals("NO ACTION") ? "" : when + what;
  }

  private static String list(List<String> names) {
    return names.stream().map(MysqlDialect::quoted).collect(Collectors.joining(", ", "(", ")"));
  }

  private void checks(Connection connection, TablePath path, Flavour flavour) throws SQLException {
    String checks =
        flavour.mariadb()
            ? "SELECT constraint_name, check_clause FROM information_schema.check_constraints"
                + " WHERE constraint_schema = ? AND table_name = ?"
            : """
            SELECT c.constraint_name, c.check_clause FROM information_schema.check_constraints c
            JOIN information_schema.table_constraints t
              ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name
            WHERE t.table_schema = ? AND t.table_name = ?\
            """;
    for (String[] check :
        Queries.all(
            connection,
            checks + " ORDER BY 1",
            row -> new String[] {row.getString(1), row.getString(2)},
            path.schema(),
            path.table())) {
      var document = JSON_CHECK.matcher(check[1].strip());
      if (document.matches() && flavour.mariadb()) {
        documents.add(document.group(1).replace("``", "`"));
      } else {
        constraint(check[0], Constraint.Kind.CHECK, List.of(), "CHECK (" + check[1] + ")");
      }
    }
  }
}

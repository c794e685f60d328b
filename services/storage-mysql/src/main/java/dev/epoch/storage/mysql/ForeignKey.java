package dev.epoch.storage.mysql;

import dev.epoch.storage.TablePath;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A foreign key.
 *
 * @param from columns of the child
 * @param to columns of the parent
 * @param onDelete {@code CASCADE}, {@code SET NULL}, {@code RESTRICT}, ...
 */
record ForeignKey(
    String name,
    TablePath child,
    TablePath parent,
    List<String> from,
    List<String> to,
    String onDelete,
    String onUpdate) {
  private static final Set<String> CHANGING = Set.of("CASCADE", "SET NULL", "SET DEFAULT");

  boolean isOfOneTable() {
    return child.equals(parent);
  }

  boolean deletes() {
    return onDelete.equals("CASCADE");
  }

  boolean changesOnDelete() {
    return CHANGING.contains(onDelete);
  }

  boolean changesOnUpdate() {
    return CHANGING.contains(onUpdate);
  }

  /** Of a table, in the order of their names. */
  static List<ForeignKey> of(Connection connection, TablePath child) throws SQLException {
    Map<String, ForeignKey> keys = new LinkedHashMap<>();
    Queries.all(
        connection,
        """
        SELECT k.constraint_name, k.column_name, k.referenced_table_schema, k.referenced_table_name,
          k.referenced_column_name, r.delete_rule, r.update_rule
        FROM information_schema.key_column_usage k
        JOIN information_schema.referential_constraints r
          ON r.constraint_schema = k.constraint_schema AND r.table_name = k.table_name
          AND r.constraint_name = k.constraint_name
        WHERE k.table_schema = ? AND k.table_name = ? AND k.referenced_table_name IS NOT NULL
        ORDER BY k.constraint_name, k.ordinal_position\
        """,
        row -> {
          ForeignKey key =
              new ForeignKey(
                  row.getString(1),
                  child,
                  new TablePath(row.getString(3), row.getString(4)),
                  new ArrayList<>(),
                  new ArrayList<>(),
                  row.getString(6),
                  row.getString(7));
          ForeignKey known = keys.computeIfAbsent(key.name, _ -> key);
          known.from.add(row.getString(2));
          known.to.add(row.getString(5));
          return known;
        },
        child.schema(),
        child.table());
    return List.copyOf(keys.values());
  }
}

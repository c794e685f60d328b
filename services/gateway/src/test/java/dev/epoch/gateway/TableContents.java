package dev.epoch.gateway;

import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.read.ReadService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.state.RowQuery;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a table holds and is like, as the server and clients say it. */
final class TableContents {
  private TableContents() {}

  static Set<String> names(Statement session) throws SQLException {
    Set<String> names = new HashSet<>();
    try (ResultSet rows = session.executeQuery("SELECT * FROM t LIMIT 0")) {
      for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
        names.add(rows.getMetaData().getColumnName(i));
      }
    }
    return names;
  }

  static SortedMap<String, String> schema(TableSchema schema) {
    SortedMap<String, String> told = new TreeMap<>();
    schema
        .columns()
        .forEach(column ->
            told.put(column.name(), column.type().name() + (column.nullable() ? "" : " NOT NULL")));
    schema.constraints().stream()
        .filter(c -> c.kind() == Constraint.Kind.CHECK || c.kind() == Constraint.Kind.UNIQUE)
        .forEach(c -> told.put(c.name(), "rule"));
    schema.indexes().stream()
        .filter(index -> !told.containsKey(index.name()) && !index.name().equals("t_pkey"))
        .forEach(index -> told.put(index.name(), "index"));
    return told;
  }

  static SortedMap<Integer, SortedMap<String, String>> rows(ReadService reads, Snapshot snapshot) {
    TableSchema schema = snapshot.table("t").handle().schema();
    SortedMap<Integer, SortedMap<String, String>> found = new TreeMap<>();
    try (RowStream<Row> rows = reads.rows(snapshot, "t", RowQuery.all())) {
      rows.forEachRemaining(row -> {
        SortedMap<String, String> line = new TreeMap<>();
        for (int i = 0; i < row.size(); i++) {
          line.put(schema.columns().get(i).name(), row.get(i));
        }
        found.put(Integer.valueOf(line.get(schema.primaryKey().getFirst())), line);
      });
    }
    return found;
  }

  static SortedMap<Integer, SortedMap<String, String>> client(Statement session, String key)
      throws SQLException {
    SortedMap<Integer, SortedMap<String, String>> found = new TreeMap<>();
    try (ResultSet rows = session.executeQuery("SELECT * FROM t")) {
      while (rows.next()) {
        SortedMap<String, String> line = new TreeMap<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          line.put(rows.getMetaData().getColumnName(i), rows.getString(i));
        }
        found.put(Integer.valueOf(line.get(key)), line);
      }
    }
    return found;
  }
}

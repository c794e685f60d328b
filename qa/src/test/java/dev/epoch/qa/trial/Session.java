package dev.epoch.qa.trial;

import dev.epoch.qa.trial.Delivery.Command;
import dev.epoch.qa.trial.Delivery.Reply;
import dev.epoch.qa.trial.Model.Place;
import dev.epoch.qa.trial.Rows.Cells;
import dev.epoch.qa.trial.SqlWriter.End;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What one client has at hand, whatever it does. */
final class Session {
  private static final int KEYS = 12;

  final int client;
  final Random random;
  final Model model;
  final Counts counts;
  final Delivery delivery;
  final Reader reader;
  private final SqlWriter writer;
  private int commands;
  private int writes;

  Session(
      int client,
      Random random,
      Model model,
      Counts counts,
      Delivery delivery,
      Reader reader,
      SqlWriter writer) {
    this.client = client;
    this.random = random;
    this.model = model;
    this.counts = counts;
    this.delivery = delivery;
    this.reader = reader;
    this.writer = writer;
  }

  /** A key that no other command has; also its message, where it has one. */
  String key() {
    return "c" + client + "-" + ++commands;
  }

  Reply post(String path, String key, String body) {
    return delivery.send(new Command("POST", path, body, key));
  }

  /** Changes for some of the client's own rows in the tables of one place, null to delete. */
  Map<RowId, Cells> changes(Rows before) {
    int kind = random.nextInt(7);
    Place place = kind < 4 ? Place.FIRST : kind < 6 ? Place.SECOND : Place.FILE;
    Map<RowId, Cells> changes = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      String table =
          switch (place) {
            case FIRST -> random.nextBoolean() ? "t" : "u";
            case SECOND -> "w";
            case FILE -> "f";
          };
      Shape.Altered own = Shape.ownedBy(client);
      if (own != null && Model.placeOf(own.table()) == place && random.nextInt(3) == 0) {
        table = own.table();
      }
      change(before, table, changes);
    }
    return changes;
  }

  /** Another change of a row of a table. */
  void change(Rows before, String table, Map<RowId, Cells> changes) {
    RowId row = RowId.of(table, client, 1 + random.nextInt(KEYS));
    Cells old = before.get(row);
    String value = random.nextInt(6) == 0 ? null : "v" + client + "-" + ++writes;
    Cells shape = before.shape(table);
    List<String> columns = List.copyOf(Shape.written(shape).values().keySet());
    boolean kept = Shape.of(table) != null && row.number() == Shape.KEPT;
    if (old == null) {
      TreeMap<String, String> values = new TreeMap<>();
      shape
          .values()
          .keySet()
          .forEach(column -> values.put(column, Shape.isGiven(column) ? Shape.GIVEN : null));
      Cells cells = new Cells(values).with(columns.getFirst(), value);
      changes.put(row, columns.contains("b") ? cells.with("b", "b") : cells);
    } else if (random.nextInt(4) == 0 && !kept) {
      changes.put(row, null);
    } else {
      changes.put(row, old.with(columns.get(random.nextInt(columns.size())), value));
    }
  }

  static Rows after(Rows before, Map<RowId, Cells> changes) {
    Rows after = before;
    for (Map.Entry<RowId, Cells> change : changes.entrySet()) {
      after = after.with(change.getKey(), change.getValue());
    }
    return after;
  }

  /** Whether a session can write rows on a branch, not records alone. */
  boolean hasSessions(Map<RowId, Cells> changes) {
    return writer.hasSessions(changes.keySet().iterator().next().table());
  }

  /** Writes as an application does. */
  End writeSql(String branch, Rows before, Map<RowId, Cells> changes) throws SQLException {
    End end = writer.write(branch, before, changes, random.nextInt(8) > 0);
    counts.add("sql transactions " + end.name().toLowerCase(java.util.Locale.ROOT));
    return end;
  }

  /** Alters a table and writes some of its rows, in one transaction on a branch. */
  End alterSql(
      String branch, List<String> statements, Rows altered, Map<RowId, Cells> changes, String table)
      throws SQLException {
    End end = writer.alter(branch, table, statements, altered, changes, random.nextInt(8) > 0);
    counts.add("schema transactions " + end.name().toLowerCase(java.util.Locale.ROOT));
    return end;
  }

  /** Makes, replaces or drops a view of a table, in a transaction on a branch. */
  End viewSql(String branch, String table, String statement) throws SQLException {
    End end = writer.run(branch, table, statement, random.nextInt(8) > 0);
    counts.add("view transactions " + end.name().toLowerCase(java.util.Locale.ROOT));
    return end;
  }

  /** Writes the records of one table through the API. */
  void writeRecords(String branch, Rows before, Map<RowId, Cells> changes) {
    String table = changes.keySet().iterator().next().table();
    Map<String, String> names = Shape.written(before.shape(table)).values();
    String upsert =
        changes.entrySet().stream()
            .filter(change -> change.getValue() != null)
            .map(change -> record(names, change.getKey(), change.getValue()))
            .collect(Collectors.joining(", "));
    String delete =
        changes.entrySet().stream()
            .filter(change -> change.getValue() == null)
            .map(change -> "{\"id\": " + change.getKey().id() + "}")
            .collect(Collectors.joining(", "));
    delivery.repeatable(
        "POST",
        "/tables/" + table + "/records?branch=" + dev.epoch.qa.process.Rest.escaped(branch),
        "{\"upsert\": [" + upsert + "], \"delete\": [" + delete + "]}");
    counts.add("record writes");
  }

  private static String record(Map<String, String> names, RowId row, Cells cells) {
    StringBuilder record = new StringBuilder("{\"id\": " + row.id());
    names.forEach((id, name) ->
        record.append(", \"").append(name).append("\": ").append(quoted(cells.get(id))));
    return record.append('}').toString();
  }

  /** Only the changes of the first one's table. */
  static Map<RowId, Cells> ofOneTable(Map<RowId, Cells> changes) {
    String table = changes.keySet().iterator().next().table();
    Map<RowId, Cells> some = new LinkedHashMap<>(changes);
    some.keySet().removeIf(row -> !row.table().equals(table));
    return some;
  }

  static String quoted(String text) {
    return text == null ? "null" : "\"" + text + "\"";
  }

  /** Fails with what was expected. */
  void expect(boolean holds, String what, Reply reply) {
    if (!holds) {
      throw new AssertionError(
          "client %d: %s, but the answer is %d %s"
              .formatted(client, what, reply.status(), reply.answer().text()));
    }
  }
}

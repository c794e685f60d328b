package dev.epoch.storage.mysql;

import dev.epoch.storage.layered.Layer;
import dev.epoch.storage.relational.CapturedTable;
import dev.epoch.storage.relational.CapturedTable.CapturedColumn;
import dev.epoch.storage.relational.LiveColumn;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/**
 * Row triggers that keep what a row was before it is changed for the first time since the last
 * commit.
 *
 * <pre>
 *   after an insert     that there was no such row
 *   after an update     the row; and that there was no row of the new key, if it has another one
 *   after a delete      the row
 *   before a change of rows that others refer to    those others, as far as references cascade: {@link Cascades}
 * </pre>
 *
 * <p>A trigger only inserts, by the primary key, and leaves what is there: it reads no history,
 * since a session's snapshot may be old, and a locking read of what is not there would lock the
 * gaps between keys, in which others insert. So it cannot say where the validity of a row begins.
 * It shares the gate.
 *
 * <p>Triggers are named by a digest of what they do: new ones are made before old ones are dropped,
 * and the same steps can be taken again after a crash. Beside each column stand the layer's column,
 * its place and a digest of its type, which tell a renamed column.
 */
final class MysqlCapture {
  /** Rows that INSERT, UPDATE and DELETE of the table itself change. */
  private static final int OWN = 3;

  private final CapturedTable table;
  private final String live;
  private final List<Cascades.Chain> chains;

  private MysqlCapture(CapturedTable table, List<Cascades.Chain> chains) {
    this.table = table;
    this.live = qualified(table.live().path().schema(), table.live().path().table());
    this.chains = chains;
  }

  static MysqlCapture of(Connection connection, CapturedTable table) throws SQLException {
    return new MysqlCapture(table, Cascades.of(connection, table.live().path()));
  }

  static String qualified(String schema, String name) {
    return MysqlDialect.quoted(schema) + "." + MysqlDialect.quoted(name);
  }

  static String prefix(int number) {
    return "epoch_" + number + "_";
  }

  // ---- statements

  /** Makes what is not there, then drops what is not wanted. */
  List<String> statements(Connection connection) throws SQLException {
    Map<String, String> wanted = triggers();
    List<String> there = names(connection, table.number());
    List<String> statements = new ArrayList<>();
    wanted.forEach((name, definition) -> {
      if (!there.contains(name)) {
        statements.add("CREATE TRIGGER " + name + " " + definition);
      }
    });
    there.stream()
        .filter(name -> !wanted.containsKey(name))
        .forEach(name -> statements.add("DROP TRIGGER IF EXISTS " + name));
    return statements;
  }

  /** Statements that end a capture. */
  static List<String> drops(Connection connection, int number) throws SQLException {
    return names(connection, number).stream()
        .map(name -> "DROP TRIGGER IF EXISTS " + name)
        .toList();
  }

  private static List<String> names(Connection connection, int number) throws SQLException {
    return Queries.all(
        connection,
        "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
            + " AND trigger_name LIKE ?",
        row -> row.getString(1),
        prefix(number).replace("_", "\\_") + "%");
  }

  /** Definitions by name. */
  private Map<String, String> triggers() {
    Map<String, String> triggers = new LinkedHashMap<>();
    String signature = signature(chains);
    add(triggers, "insert", "AFTER INSERT ON %s FOR EACH ROW %s".formatted(live, absent("NEW")));
    add(
        triggers,
        "update",
        "AFTER UPDATE ON %s FOR EACH ROW BEGIN /*%s*/ %s; IF NOT (%s) THEN %s; END IF; END"
            .formatted(live, signature, row("OLD"), sameKey(), absent("NEW")));
    add(triggers, "delete", "AFTER DELETE ON %s FOR EACH ROW %s".formatted(live, row("OLD")));
    for (Cascades.Chain chain : chains) {
      add(triggers, chain.event(), chain.trigger(this));
    }
    return triggers;
  }

  private void add(Map<String, String> triggers, String kind, String definition) {
    // sessions differ in what names and texts mean; a trigger keeps the modes that it is made with
    triggers.put(prefix(table.number()) + kind + "_" + digest(definition), definition);
  }

  static String signature(List<Cascades.Chain> chains) {
    return OWN
        + chains.size()
        + ":"
        + digest(chains.stream().map(Cascades.Chain::text).collect(Collectors.joining(";")));
  }

  static String digest(String text) {
    CRC32 sum = new CRC32();
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(sum.getValue());
  }

  // ---- what triggers do

  CapturedTable table() {
    return table;
  }

  /** Keeps a row. */
  private String row(String row) {
    return insert(
        names(table.columns()),
        table.columns().stream()
            .map(column -> noted(row, column))
            .collect(Collectors.joining(", ")),
        1,
        gate());
  }

  /** Keeps that there was no row of a key. */
  private String absent(String row) {
    return insert(
        names(key()),
        key().stream().map(column -> of(row, column.name())).collect(Collectors.joining(", ")),
        0,
        gate());
  }

  /** Inserts into history, but for keys that it has. */
  String insert(String columns, String values, int present, String from) {
    return "INSERT INTO %1$s (%2$s, valid_from, valid_to, present) SELECT %3$s, -1, %4$d, %5$d FROM %6$s LOCK IN SHARE MODE ON DUPLICATE KEY UPDATE %1$s.present = %1$s.present"
        .formatted(history(), columns, values, Layer.UNCOMMITTED, present, from);
  }

  private String history() {
    return qualified(table.live().path().schema(), table.history());
  }

  String gate() {
    return "%1$s AS g WHERE g.id = 1"
        .formatted(qualified(table.live().path().schema(), MysqlDialect.GATE));
  }

  static String names(List<CapturedColumn> columns) {
    return columns.stream().map(CapturedColumn::layer).collect(Collectors.joining(", "));
  }

  List<CapturedColumn> key() {
    return table.key().stream().map(table.columns()::get).toList();
  }

  static String of(String row, String name) {
    return row + "." + MysqlDialect.quoted(name);
  }

  private String sameKey() {
    return key().stream()
        .map(column -> of("OLD", column.name()) + " <=> " + of("NEW", column.name()))
        .collect(Collectors.joining(" AND "));
  }

  private String noted(String row, CapturedColumn column) {
    List<LiveColumn> columns = table.live().columns();
    LiveColumn declared = table.live().column(column.name());
    return "%s/*%s:%d:%s*/"
        .formatted(
            of(row, column.name()),
            column.layer(),
            columns.indexOf(declared),
            digest(declared.declared()));
  }
}

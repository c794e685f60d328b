package dev.epoch.storage.sqlite;

import dev.epoch.storage.layered.Layer;
import dev.epoch.storage.relational.CapturedTable;
import dev.epoch.storage.relational.CapturedTable.CapturedColumn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Row triggers that keep what a row was before it is changed for the first time since the last
 * commit.
 *
 * <pre>
 *   before an insert     rows that stand in its way: INSERT OR REPLACE deletes them without a word
 *   after an insert      that there was no such row
 *   before an update     the row, and those that UPDATE OR REPLACE would delete
 *   after an update      that there was no row of the new key, if it has another one
 *   before a delete      the row
 * </pre>
 *
 * A conflict clause of the statement that fires a trigger overrides those inside of it, so that
 * none stands there. SQLite writes a column's new name into triggers when it is renamed: the name
 * of the layer's column is noted beside each, and so tells which column it was.
 */
final class SqliteCapture {
  private static final Pattern NOTED =
      Pattern.compile("\"t\"\\.(\"(?:[^\"]|\"\")*\"|\\w+)/\\*(c\\d+)\\*/");
  private static final List<String> KINDS =
      List.of("insert_before", "insert_after", "update_before", "update_after", "delete_before");

  private final CapturedTable table;
  private final boolean keysAlone;
  private final String live;

  private SqliteCapture(CapturedTable table, boolean keysAlone) {
    this.table = table;
    this.keysAlone = keysAlone;
    this.live = SqliteDialect.quoted(table.live().path().table());
  }

  static List<String> names(int number) {
    return KINDS.stream().map(kind -> "epoch_" + number + "_" + kind).toList();
  }

  static List<String> triggers(CapturedTable table) {
    return triggers(new SqliteCapture(table, false));
  }

  /**
   * The same that note the keys of rows that change, each time; into the table that is named as
   * history.
   */
  static List<String> noting(CapturedTable table) {
    return triggers(new SqliteCapture(table, true));
  }

  private static List<String> triggers(SqliteCapture capture) {
    List<String> bodies =
        List.of(
            "BEFORE INSERT ON %s BEGIN %s END"
                .formatted(capture.live, capture.rows(capture.standingInTheWay())),
            "AFTER INSERT ON %s BEGIN %s END".formatted(capture.live, capture.absent()),
            "BEFORE UPDATE ON %s BEGIN %s END"
                .formatted(
                    capture.live,
                    capture.rows(capture.keyed("OLD") + " OR " + capture.standingInTheWay())),
            "AFTER UPDATE ON %s WHEN NOT (%s) BEGIN %s END"
                .formatted(capture.live, capture.sameKey(), capture.absent()),
            "BEFORE DELETE ON %s BEGIN %s END"
                .formatted(capture.live, capture.rows(capture.keyed("OLD"))));
    List<String> statements = new ArrayList<>();
    List<String> names = names(capture.table.number());
    for (int i = 0; i < names.size(); i++) {
      statements.add("CREATE TRIGGER " + names.get(i) + " " + bodies.get(i));
    }
    return statements;
  }

  /** Keeps rows of the table, each once since the last commit. */
  private String rows(String which) {
    if (keysAlone) {
      return "INSERT INTO %s (%s) SELECT %s FROM %s AS \"t\" WHERE %s;"
          .formatted(
              table.history(),
              key().stream().map(CapturedColumn::layer).collect(Collectors.joining(", ")),
              key().stream().map(column -> of("\"t\"", column)).collect(Collectors.joining(", ")),
              live,
              which);
    }
    return "INSERT INTO %s (%s, valid_from, valid_to, present) SELECT %s, %s, %d, 1 FROM %s AS \"t\" WHERE (%s) AND %s;"
        .formatted(
            table.history(),
            table.columns().stream().map(CapturedColumn::layer).collect(Collectors.joining(", ")),
            table.columns().stream().map(this::noted).collect(Collectors.joining(", ")),
            end("\"t\""),
            Layer.UNCOMMITTED,
            live,
            which,
            untouched("\"t\""));
  }

  private String noted(CapturedColumn column) {
    return "\"t\".%s/*%s*/".formatted(SqliteDialect.quoted(column.name()), column.layer());
  }

  /** Keeps that there was no row of the new key. */
  private String absent() {
    List<CapturedColumn> key = key();
    if (keysAlone) {
      return "INSERT INTO %s (%s) VALUES (%s);"
          .formatted(
              table.history(),
              key.stream().map(CapturedColumn::layer).collect(Collectors.joining(", ")),
              key.stream().map(column -> of("NEW", column)).collect(Collectors.joining(", ")));
    }
    return "INSERT INTO %s (%s, valid_from, valid_to, present) SELECT %s, %s, %d, 0 WHERE %s;"
        .formatted(
            table.history(),
            key.stream().map(CapturedColumn::layer).collect(Collectors.joining(", ")),
            key.stream().map(column -> of("NEW", column)).collect(Collectors.joining(", ")),
            end("NEW"),
            Layer.UNCOMMITTED,
            untouched("NEW"));
  }

  private List<CapturedColumn> key() {
    return table.key().stream().map(table.columns()::get).toList();
  }

  private static String of(String row, CapturedColumn column) {
    return row + "." + SqliteDialect.quoted(column.name());
  }

  /** The table's row with the key of another. */
  private String keyed(String row) {
    return key().stream()
        .map(column -> of("\"t\"", column) + " = " + of(row, column))
        .collect(Collectors.joining(" AND ", "(", ")"));
  }

  private String sameKey() {
    return key().stream()
        .map(column ->
            "OLD.%1$s COLLATE BINARY IS NEW.%1$s".formatted(SqliteDialect.quoted(column.name())))
        .collect(Collectors.joining(" AND "));
  }

  /** Rows that have the new row's key, or share with it what must be unique. */
  private String standingInTheWay() {
    List<String> conditions = new ArrayList<>();
    conditions.add(keyed("NEW"));
    String given =
        table.columns().stream()
            .map(column -> of("NEW", column) + " AS " + SqliteDialect.quoted(column.name()))
            .collect(Collectors.joining(", "));
    for (List<String> unique : table.live().uniques()) {
      boolean plain = unique.stream().allMatch(part -> part.startsWith("\""));
      conditions.add(
          unique.stream()
              .map(part ->
                  plain
                      ? "\"t\"." + part + " = NEW." + part
                      : "%s = (SELECT %s FROM (SELECT %s))".formatted(part, part, given))
              .collect(Collectors.joining(" AND ", "(", ")")));
    }
    return String.join(" OR ", conditions);
  }

  /** Where what was committed of the row's past ends. */
  private String end(String row) {
    return "COALESCE((SELECT max(h.valid_to) FROM %s h WHERE %s AND h.valid_to < %d), 0)"
        .formatted(table.history(), past(row), Layer.UNCOMMITTED);
  }

  private String untouched(String row) {
    return "NOT EXISTS (SELECT 1 FROM %s h WHERE %s AND h.valid_to = %d)"
        .formatted(table.history(), past(row), Layer.UNCOMMITTED);
  }

  private String past(String row) {
    return key().stream()
        .map(column -> "h." + column.layer() + " = " + of(row, column))
        .collect(Collectors.joining(" AND "));
  }

  /**
   * Names of the live columns by those of the layers' columns.
   *
   * @param trigger text of a trigger that keeps rows
   */
  static Map<String, String> noted(String trigger) {
    Map<String, String> names = new LinkedHashMap<>();
    Matcher matcher = NOTED.matcher(trigger);
    while (matcher.find()) {
      String name = matcher.group(1);
      names.put(
          matcher.group(2),
          name.startsWith("\"")
              ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
              : name);
    }
    return names;
  }
}

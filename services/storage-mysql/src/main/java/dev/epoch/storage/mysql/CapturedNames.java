package dev.epoch.storage.mysql;

import dev.epoch.storage.TablePath;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which live column is which of the layers', by what stands in the triggers. These keep a column's
 * former name when it is renamed; it is the one that stands now where that stood, between the same
 * neighbours and with the same type, unless all rows have its default: then it is another one.
 */
final class CapturedNames {
  private static final Pattern NOTED =
      Pattern.compile("OLD\\.`((?:[^`]|``)*)`/\\*(c\\d+):(\\d+):([0-9a-f]{8})\\*/");
  private static final Pattern SIGNATURE = Pattern.compile("BEGIN /\\*([0-9a-f:]+)\\*/");

  private static final int NO_DEFAULT = 1364;

  private CapturedNames() {}

  private record Noted(String name, String layer, int place, String type) {}

  private record Now(String name, String type) {}

  /** Names by layer column; empty if the capture is not as Epoch made it. */
  static Map<String, String> of(Connection connection, TablePath path, int number)
      throws SQLException {
    Map<String, String> triggers = new TreeMap<>();
    Set<String> elsewhere = new HashSet<>();
    String prefix = MysqlCapture.prefix(number);
    Queries.all(
        connection,
        "SELECT trigger_name, action_statement, event_object_table FROM information_schema.triggers"
            + " WHERE trigger_schema = ? AND trigger_name LIKE ?",
        row -> {
          String name = row.getString(1);
          boolean own =
              row.getString(3).equals(path.table())
                  && !name.substring(prefix.length()).startsWith("before_");
          return own ? triggers.put(name, row.getString(2)) == null : elsewhere.add(name);
        },
        path.schema(),
        prefix.replace("_", "\\_") + "%");
    if (triggers.size() != 3) {
      return Map.of();
    }
    String text = String.join(" ", triggers.values());
    List<Cascades.Chain> chains = Cascades.of(connection, path);
    Matcher signature = SIGNATURE.matcher(text);
    if (!signature.find()
        || !signature.group(1).equals(MysqlCapture.signature(chains))
        || elsewhere.size() != chains.size()) {
      return Map.of();
    }
    Map<String, Noted> noted = new LinkedHashMap<>();
    Matcher matcher = NOTED.matcher(text);
    while (matcher.find()) {
      noted.put(
          matcher.group(2),
          new Noted(
              matcher.group(1).replace("``", "`"),
              matcher.group(2),
              Integer.parseInt(matcher.group(3)),
              matcher.group(4)));
    }
    return names(connection, path, List.copyOf(noted.values()));
  }

  private static Map<String, String> names(Connection connection, TablePath path, List<Noted> noted)
      throws SQLException {
    List<Now> columns =
        Queries.all(
            connection,
            "SELECT column_name, column_type FROM information_schema.columns"
                + " WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position",
            row -> new Now(row.getString(1), MysqlCapture.digest(row.getString(2))),
            path.schema(),
            path.table());
    Map<String, String> names = new LinkedHashMap<>();
    noted.forEach(column -> names.put(column.layer, column.name));
    Set<String> now = new HashSet<>();
    columns.forEach(column -> now.add(column.name));
    List<Noted> before = new ArrayList<>(noted);
    before.sort((a, b) -> Integer.compare(a.place, b.place));
    if (before.stream().allMatch(column -> now.contains(column.name))) {
      return names;
    }
    for (Map.Entry<Noted, Now> renamed : renamed(before, columns).entrySet()) {
      if (isFilled(connection, path, renamed.getValue().name)) {
        names.put(renamed.getKey().layer, renamed.getValue().name);
      }
    }
    return names;
  }

  /** Columns that stand in the same places between columns that kept their names. */
  private static Map<Noted, Now> renamed(List<Noted> before, List<Now> columns) {
    Set<String> kept = new HashSet<>();
    columns.forEach(column -> kept.add(column.name));
    Set<String> had = new HashSet<>();
    before.forEach(column -> had.add(column.name));
    Map<String, List<Noted>> gone = new LinkedHashMap<>();
    String behind = "";
    for (Noted column : before) {
      if (kept.contains(column.name)) {
        behind = column.name;
      } else {
        gone.computeIfAbsent(behind, _ -> new ArrayList<>()).add(column);
      }
    }
    Map<String, List<Now>> come = new LinkedHashMap<>();
    behind = "";
    for (Now column : columns) {
      if (had.contains(column.name)) {
        behind = column.name;
      } else {
        come.computeIfAbsent(behind, _ -> new ArrayList<>()).add(column);
      }
    }
    Map<Noted, Now> renamed = new LinkedHashMap<>();
    gone.forEach((place, former) -> {
      List<Now> candidates = come.getOrDefault(place, List.of());
      for (int i = 0; i < former.size() && i < candidates.size(); i++) {
        if (former.get(i).type.equals(candidates.get(i).type)) {
          renamed.put(former.get(i), candidates.get(i));
        }
      }
    });
    return renamed;
  }

  /** Whether a row has another value than the default, or there is no row. */
  private static boolean isFilled(Connection connection, TablePath path, String column)
      throws SQLException {
    String table = MysqlCapture.qualified(path.schema(), path.table());
    String name = MysqlDialect.quoted(column);
    if (Queries.all(connection, "SELECT 1 FROM " + table + " LIMIT 1", row -> true).isEmpty()) {
      return true;
    }
    try {
      return !Queries.all(
              connection,
              "SELECT 1 FROM %s WHERE NOT (%s <=> DEFAULT(%s)) LIMIT 1"
                  .formatted(table, name, name),
              row -> true)
          .isEmpty();
    } catch (SQLException e) {
      if (e.getErrorCode() == NO_DEFAULT) {
        return true;
      }
      throw e;
    }
  }
}

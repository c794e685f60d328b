package dev.epoch.storage.mysql;

import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.NotVersionableException;
import dev.epoch.storage.relational.CapturedTable.CapturedColumn;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What foreign keys change without firing triggers: rows of a captured table that go, or change,
 * with rows that they refer to, directly or over other tables. Each way from a table to the
 * captured one has a trigger there, before the change, while the rows can be found.
 *
 * <pre>
 *   countries  &lt;-- CASCADE --  cities  &lt;-- SET NULL --  people (captured)
 *
 *   before a row of cities is deleted      rows of people that refer to it
 *   before a row of countries is deleted   rows of people that refer to rows of cities that refer to it
 * </pre>
 *
 * Rows that refer to rows of their own table go with all that refer to them in turn.
 */
final class Cascades {
  private final Connection connection;
  private final TablePath captured;
  private final Map<TablePath, List<ForeignKey>> keys = new HashMap<>();
  private final List<Chain> chains = new ArrayList<>();

  private Cascades(Connection connection, TablePath captured) {
    this.connection = connection;
    this.captured = captured;
  }

  /** All ways to a table, in an order that is always the same. */
  static List<Chain> of(Connection connection, TablePath captured) throws SQLException {
    Cascades cascades = new Cascades(connection, captured);
    cascades.follow(List.of(), captured);
    return cascades.chains;
  }

  private List<ForeignKey> keys(TablePath table) throws SQLException {
    List<ForeignKey> known = keys.get(table);
    if (known == null) {
      known = ForeignKey.of(connection, table);
      keys.put(table, known);
    }
    return known;
  }

  /**
   * @param below keys that lead from a table to the captured one, the captured one's first
   */
  private void follow(List<ForeignKey> below, TablePath table) throws SQLException {
    for (ForeignKey key : keys(table)) {
      boolean first = below.isEmpty();
      boolean deletes = first ? key.changesOnDelete() : key.deletes() && deletesBelow(below);
      boolean updates = key.changesOnUpdate() && (first || reaches(key, below.getLast()));
      if (!deletes && !updates) {
        continue;
      }
      if (!key.parent().schema().equals(captured.schema())) {
        throw new NotVersionableException(
            "Rows of %s change with rows of %s, in another database, without a trigger"
                .formatted(captured.table(), key.parent()),
            "Let the foreign key " + key.name() + " restrict instead of cascade");
      }
      if (key.isOfOneTable()) {
        if (first) {
          add(List.of(key), deletes, false);
        }
        continue;
      }
      if (key.parent().equals(captured)
          || below.stream().anyMatch(other -> other.parent().equals(key.parent()))) {
        throw new NotVersionableException(
            "Foreign keys around %s cascade in a circle over several tables"
                .formatted(captured.table()),
            "Let one of them restrict, for example " + key.name());
      }
      List<ForeignKey> way = new ArrayList<>(below);
      way.add(key);
      add(way, deletes, updates);
      follow(way, key.parent());
    }
  }

  private static boolean deletesBelow(List<ForeignKey> below) {
    return below.getFirst().changesOnDelete()
        && below.subList(1, below.size()).stream().allMatch(ForeignKey::deletes);
  }

  /** Whether columns that a key changes are what another one refers to. */
  private static boolean reaches(ForeignKey key, ForeignKey below) {
    return below.changesOnUpdate() && !Collections.disjoint(key.from(), below.to());
  }

  private void add(List<ForeignKey> way, boolean deletes, boolean updates) throws SQLException {
    Map<TablePath, ForeignKey> loops = new HashMap<>();
    for (ForeignKey key : way) {
      for (TablePath table : List.of(key.child(), key.parent())) {
        for (ForeignKey own : keys(table)) {
          if (own.isOfOneTable() && own.deletes() && !loops.containsKey(table)) {
            loops.put(table, own);
          }
        }
      }
    }
    if (deletes) {
      chains.add(new Chain("before_delete", way, loops));
    }
    if (updates) {
      chains.add(new Chain("before_update", way, Map.of()));
    }
  }

  /**
   * A way from a table to the captured one.
   *
   * @param way keys, the captured table's first
   * @param loops of tables whose rows go with rows of the same table
   */
  record Chain(String event, List<ForeignKey> way, Map<TablePath, ForeignKey> loops) {
    /** What tells it from others. */
    String text() {
      return event + way + loops.values().stream().map(ForeignKey::toString).sorted().toList();
    }

    private ForeignKey top() {
      return way.getLast();
    }

    private boolean isUpdate() {
      return event.equals("before_update");
    }

    String trigger(MysqlCapture capture) {
      String live = table(top().parent());
      String keep =
          capture.insert(
              MysqlCapture.names(capture.table().columns()),
              capture.table().columns().stream()
                  .map(column -> MysqlCapture.of("t", column.name()))
                  .collect(Collectors.joining(", ")),
              1,
              changed());
      List<String> statements = new ArrayList<>();
      statements.add("SELECT g.id INTO passed FROM " + capture.gate() + " LOCK IN SHARE MODE");
      statements.add(keep);
      if (isUpdate() && capture.key().stream().anyMatch(column -> renamed(column) != null)) {
        statements.add(
            capture.insert(
                MysqlCapture.names(capture.key()),
                capture.key().stream()
                    .map(column -> {
                      String now = renamed(column);
                      return now == null ? MysqlCapture.of("t", column.name()) : now;
                    })
                    .collect(Collectors.joining(", ")),
                0,
                changed()));
      }
      String body = String.join("; ", statements) + ";";
      String condition =
          isUpdate()
              ? "IF NOT (%s) THEN %s END IF;"
                  .formatted(
                      top().to().stream()
                          .map(name ->
                              MysqlCapture.of("OLD", name) + " <=> " + MysqlCapture.of("NEW", name))
                          .collect(Collectors.joining(" AND ")),
                      body)
              : body;
      return "%s ON %s FOR EACH ROW BEGIN DECLARE passed INT; %s END"
          .formatted(isUpdate() ? "BEFORE UPDATE" : "BEFORE DELETE", live, condition);
    }

    private static String table(TablePath path) {
      return MysqlCapture.qualified(path.schema(), path.table());
    }

    /** Rows of the captured table, called t, that will change. */
    private String changed() {
      StringBuilder from = new StringBuilder();
      from.append(table(way.getFirst().child())).append(" AS t WHERE ");
      from.append(within("t", 0));
      ForeignKey loop = loops.get(way.getFirst().child());
      if (loop != null && way.getFirst() != loop) {
        from.append(" OR ").append(below(loop, "t", within("s", 0)));
      } else if (loop != null) {
        from.setLength(0);
        from.append(table(loop.child())).append(" AS t WHERE ").append(below(loop, "t", "FALSE"));
      }
      return from.toString();
    }

    /** Whether a row of the child of a key refers to one that changes. */
    private String within(String row, int at) {
      ForeignKey key = way.get(at);
      ForeignKey loop = loops.get(key.parent());
      boolean last = at == way.size() - 1;
      if (last && loop == null) {
        return equal(row, key.from(), "OLD", key.to());
      }
      String parent = "p" + at;
      String conditions = last ? equal(parent, key.to(), "OLD", key.to()) : within(parent, at + 1);
      if (loop != null) {
        String seed = last ? equal("s", key.to(), "OLD", key.to()) : within("s", at + 1);
        conditions = "(" + conditions + " OR " + below(loop, parent, seed) + ")";
      }
      return "EXISTS (SELECT 1 FROM %s AS %s WHERE %s AND %s)"
          .formatted(
              table(key.parent()), parent, equal(row, key.from(), parent, key.to()), conditions);
    }

    /**
     * Whether a row refers, at any depth, to one of its table that goes.
     *
     * @param seed condition of such rows, called s; for the row of the trigger itself, FALSE
     */
    private static String below(ForeignKey loop, String row, String seed) {
      String to = list("s", loop.to());
      String names =
          IntStream.range(0, loop.to().size())
              .mapToObj(i -> "k" + i)
              .collect(Collectors.joining(", "));
      String start =
          seed.equals("FALSE")
              ? "SELECT " + list("OLD", loop.to())
              : "SELECT %s FROM %s AS s WHERE %s".formatted(to, table(loop.child()), seed);
      String step =
          "SELECT %s FROM %s AS s JOIN d ON %s"
              .formatted(
                  to,
                  table(loop.child()),
                  IntStream.range(0, loop.from().size())
                      .mapToObj(i -> MysqlCapture.of("s", loop.from().get(i)) + " = d.k" + i)
                      .collect(Collectors.joining(" AND ")));
      return "(%s) IN (WITH RECURSIVE d (%s) AS (%s UNION %s) SELECT %s FROM d)"
          .formatted(list(row, loop.from()), names, start, step, names);
    }

    private static String list(String row, List<String> names) {
      return names.stream()
          .map(name -> MysqlCapture.of(row, name))
          .collect(Collectors.joining(", "));
    }

    private static String equal(
        String row, List<String> names, String other, List<String> otherNames) {
      return IntStream.range(0, names.size())
          .mapToObj(i ->
              MysqlCapture.of(row, names.get(i))
                  + " = "
                  + MysqlCapture.of(other, otherNames.get(i)))
          .collect(Collectors.joining(" AND "));
    }

    /** What a column of the key will be, null if it stays. */
    private String renamed(CapturedColumn column) {
      String name = column.name();
      for (ForeignKey key : way) {
        int place = key.from().indexOf(name);
        if (place < 0 || !key.onUpdate().equals("CASCADE")) {
          return null;
        }
        name = key.to().get(place);
      }
      return MysqlCapture.of("NEW", name);
    }
  }
}

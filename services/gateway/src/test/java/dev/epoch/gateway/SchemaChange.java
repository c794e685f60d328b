package dev.epoch.gateway;

import dev.epoch.gateway.SchemaModel.Kind;
import dev.epoch.gateway.SchemaModel.Part;
import dev.epoch.gateway.SchemaModel.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * A statement that PostgreSQL takes, and what the table is then.
 *
 * @param sql about a table {@code t}
 */
record SchemaChange(String sql, SchemaModel after) {
  private static final List<String> TYPES = List.of("integer", "bigint", "numeric", "text");
  private static final int KEYS = 14;

  /** Numbers for names: one for each that a history has given. */
  static final class Names {
    private int next;

    String fresh(String prefix) {
      return prefix + ++next;
    }
  }

  /** Null if there is nothing to do. */
  static SchemaChange ofRows(SchemaModel before, Random random) {
    SchemaModel after = before.copy();
    int key = 1 + random.nextInt(KEYS);
    String keyName = before.columns().getFirst().name();
    List<Part> values = new ArrayList<>(before.columns().subList(1, before.columns().size()));
    Map<String, String> row = after.rows().get(key);
    String sql;
    if (row == null) {
      Map<String, String> added = new HashMap<>();
      List<Part> given = values.stream().filter(column -> random.nextInt(3) > 0).toList();
      values.forEach(column -> added.put(column.id(), column.initial()));
      given.forEach(column -> added.put(column.id(), value(random)));
      after.rows().put(key, added);
      sql =
          "INSERT INTO t (%s) VALUES (%s)"
              .formatted(
                  keyName + given.stream().map(c -> ", " + c.name()).collect(Collectors.joining()),
                  key
                      + given.stream()
                          .map(c -> ", " + literal(added.get(c.id())))
                          .collect(Collectors.joining()));
    } else if (random.nextInt(4) == 0 || values.isEmpty()) {
      after.rows().remove(key);
      sql = "DELETE FROM t WHERE %s = %d".formatted(keyName, key);
    } else {
      Part column = values.get(random.nextInt(values.size()));
      row.put(column.id(), value(random));
      sql =
          "UPDATE t SET %s = %s WHERE %s = %d"
              .formatted(column.name(), literal(row.get(column.id())), keyName, key);
    }
    return after.broken().isEmpty() ? new SchemaChange(sql, after) : null;
  }

  private static String value(Random random) {
    return random.nextInt(6) == 0 ? null : Integer.toString(random.nextInt(40));
  }

  private static String literal(String value) {
    return value == null ? "NULL" : "'" + value + "'";
  }

  /**
   * Null if there is nothing to do.
   *
   * @param onBranch where another type makes another column
   */
  static SchemaChange ofSchema(
      SchemaModel before, boolean onBranch, Random random, Names names, List<Part> elsewhere) {
    SchemaModel after = before.copy();
    Part column = before.columns().get(random.nextInt(before.columns().size()));
    boolean key = column.id().equals(SchemaModel.KEY);
    String name = column.name();
    String sql;
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> {
        Part added = added(before, random, names, elsewhere);
        after.columns().add(added);
        after.rows().values().forEach(row -> row.put(added.id(), added.initial()));
        sql =
            "ALTER TABLE t ADD %s %s%s%s"
                .formatted(
                    added.name(),
                    added.type(),
                    added.initial() == null ? "" : " DEFAULT " + literal(added.initial()),
                    added.required() ? " NOT NULL" : "");
      }
      case 3 -> {
        if (key) {
          return null;
        }
        after.drop(column.id());
        sql = "ALTER TABLE t DROP COLUMN " + name;
      }
      case 4, 5 -> {
        Part renamed = column.named(names.fresh("c"));
        after.replace(renamed);
        sql = "ALTER TABLE t RENAME %s TO %s".formatted(name, renamed.name());
      }
      case 6 -> {
        int type = TYPES.indexOf(column.type());
        if (key || type == TYPES.size() - 1) {
          return null;
        }
        String wider = TYPES.get(type + 1 + random.nextInt(TYPES.size() - type - 1));
        after.exchange(
            column,
            new Part(
                onBranch ? names.fresh("w") : column.id(),
                name,
                wider,
                column.required(),
                column.initial(),
                column.filled() || onBranch));
        sql = "ALTER TABLE t ALTER %s TYPE %s".formatted(name, wider);
      }
      case 7 -> {
        if (key) {
          return null;
        }
        after.replace(column.required(!column.required()));
        sql =
            "ALTER TABLE t ALTER %s %s NOT NULL"
                .formatted(name, column.required() ? "DROP" : "SET");
      }
      case 8, 9, 10 -> {
        Kind kind = Kind.values()[random.nextInt(3)];
        String rule = names.fresh("r");
        if (key) {
          return null;
        }
        after.rules().put(rule, new Rule(kind, column.id()));
        sql =
            switch (kind) {
              case CHECK ->
                  "ALTER TABLE t ADD CONSTRAINT %s CHECK (%s::text <> '%s')"
                      .formatted(rule, name, SchemaModel.REFUSED);
              case UNIQUE -> "ALTER TABLE t ADD CONSTRAINT %s UNIQUE (%s)".formatted(rule, name);
              case INDEX -> "CREATE INDEX %s ON t (%s)".formatted(rule, name);
            };
      }
      default -> {
        if (before.rules().isEmpty()) {
          return null;
        }
        List<String> rules = List.copyOf(before.rules().keySet());
        String rule = rules.get(random.nextInt(rules.size()));
        sql =
            after.rules().remove(rule).kind() == Kind.INDEX
                ? "DROP INDEX " + rule
                : "ALTER TABLE t DROP CONSTRAINT " + rule;
      }
    }
    return after.broken().isEmpty() ? new SchemaChange(sql, after) : null;
  }

  /** Now and then what another branch has. */
  private static Part added(SchemaModel before, Random random, Names names, List<Part> elsewhere) {
    List<Part> same = elsewhere.stream().filter(column -> !before.hasName(column.name())).toList();
    if (random.nextInt(4) == 0 && !same.isEmpty()) {
      Part copied = same.get(random.nextInt(same.size()));
      return new Part(
          names.fresh("n"), copied.name(), copied.type(), false, copied.initial(), false);
    }
    String initial = random.nextBoolean() ? null : Integer.toString(random.nextInt(40));
    String type = TYPES.get(random.nextInt(TYPES.size()));
    return new Part(
        names.fresh("n"),
        names.fresh("c"),
        type,
        initial != null && random.nextInt(3) == 0,
        initial,
        false);
  }
}

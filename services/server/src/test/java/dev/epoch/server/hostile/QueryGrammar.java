package dev.epoch.server.hostile;

import java.util.List;
import java.util.Random;

/**
 * Random statements: some read, most try to do more, many are no SQL. They grow from a small
 * grammar, then comments, quotes and second statements are put in.
 */
final class QueryGrammar {
  private static final List<String> SOURCES =
      List.of(
          "notes",
          "notes",
          "notes",
          "\"notes\"",
          "canary",
          "public.canary",
          "public.notes_of_queries",
          "traps.peek",
          "epoch.tables",
          "pg_authid",
          "generate_series(1, 3)",
          "traps.writes()",
          "(VALUES (1, 'a')) AS t (k, v)",
          "U&\"n\\006ftes\"",
          "pg_ls_dir('.')",
          "pg_locks");

  private static final List<String> CALLS =
      List.of(
          "traps.writes()",
          "traps.writes_lying()",
          "traps.both()",
          "traps.locks()",
          "traps.setting()",
          "traps.path()",
          "traps.role()",
          "traps.replica()",
          "traps.time_limit()",
          "traps.numbers()",
          "traps.large_object()",
          "traps.notifies()",
          "traps.prepares()",
          "traps.total(1)",
          "traps.runs('DELETE FROM public.canary')",
          "traps.runs('COMMIT')",
          "traps.runs('CREATE TEMPORARY TABLE notes (k text)')",
          "traps.runs('CREATE TABLE public.stolen (a integer)')",
          "1::traps.checked",
          "nextval('canary_numbers')",
          "set_config('epoch.trap', 'sprung', false)",
          "pg_advisory_lock(1)",
          "pg_read_file('/etc/passwd')",
          "lo_unlink(4711)",
          "query_to_xml('SELECT * FROM canary', true, true, '')",
          "pg_notify('a', 'b')",
          "current_setting('epoch.trap', true)",
          "now()",
          "random()",
          "count(*)",
          "max(v)",
          "lower(v)");

  private static final List<String> VALUES =
      List.of(
          "1",
          "k",
          "v",
          "*",
          "NULL",
          "'a'",
          "'a;b'",
          "E'\\'; DELETE FROM canary; --'",
          "'it''s'",
          "U&'\\0041'",
          "$$;$$",
          "$a$ DELETE FROM canary $a$",
          "B'1'",
          "X'FF'",
          "ARRAY[1]",
          "ROW(1, 2)",
          "1.5e3",
          "'{\"a\": 1}'::jsonb",
          "notes",
          "$1",
          "\"v\"",
          "-1",
          "(1)",
          "date '2020-01-01'");

  private static final List<String> WRITES =
      List.of(
          "DELETE FROM canary",
          "DELETE FROM notes",
          "UPDATE canary SET note = 'dead'",
          "DROP TABLE canary",
          "INSERT INTO notes VALUES ('x', 'y')",
          "COMMIT",
          "ROLLBACK",
          "BEGIN",
          "SET ROLE pg_monitor",
          "SET search_path = traps",
          "SET epoch.trap = 'sprung'",
          "DISCARD ALL",
          "CALL traps.procedure()",
          "DO $$ BEGIN DELETE FROM public.canary; END $$",
          "COPY canary TO STDOUT",
          "LOCK canary",
          "CREATE TABLE stolen (a integer)",
          "LISTEN trap",
          "NOTIFY trap",
          "PREPARE trap AS SELECT 1",
          "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
          "TRUNCATE canary",
          "SAVEPOINT s",
          "ALTER SYSTEM SET work_mem = '1MB'",
          "CREATE ROLE trap SUPERUSER");

  private static final List<String> BREAKS =
      List.of(
          ";", "; ", ");", ") AS s;", "';", "\";", "$$;", "*/;", "/*;*/;", "--\n;", "--\r;", "\\;",
          "\u2028;", "'\n';", "E'\\';", "\u00a0;", "\ufeff;", "\uff1b", "\u037e");

  private final Random random;

  QueryGrammar(Random random) {
    this.random = random;
  }

  String statement() {
    String statement =
        switch (random.nextInt(9)) {
          case 0 -> "WITH x AS (%s) %s".formatted(inner(), select(2));
          case 1 -> "WITH x AS (%s RETURNING *) SELECT * FROM x".formatted(one(WRITES));
          case 2 -> "TABLE " + one(SOURCES);
          case 3 -> "VALUES (%s, %s)".formatted(value(), value());
          case 4 -> one(List.of("EXPLAIN ANALYZE ", "", "PREPARE p AS ")) + one(WRITES);
          default -> select(3);
        };
    return disturbed(statement);
  }

  private String select(int depth) {
    StringBuilder select = new StringBuilder("SELECT ");
    select.append(value());
    if (random.nextBoolean()) {
      select.append(", ").append(value());
    }
    if (random.nextInt(25) == 0) {
      select.append(" INTO stolen");
    }
    if (random.nextInt(5) > 0) {
      select.append(" FROM ").append(source(depth));
    }
    if (random.nextInt(3) == 0) {
      select
          .append(" WHERE ")
          .append(value())
          .append(one(List.of(" = ", " IS NULL OR ", " < ")))
          .append(value());
    }
    if (random.nextInt(8) == 0) {
      select.append(" GROUP BY ").append(value());
    }
    if (random.nextInt(8) == 0) {
      select.append(" ORDER BY ").append(value());
    }
    if (random.nextInt(12) == 0) {
      select.append(one(List.of(" FOR UPDATE", " FOR SHARE", " LIMIT 1", " OFFSET 1")));
    }
    if (depth > 0 && random.nextInt(8) == 0) {
      select
          .append(one(List.of(" UNION ALL ", " EXCEPT ", " INTERSECT ")))
          .append(select(depth - 1));
    }
    return select.toString();
  }

  private String source(int depth) {
    return switch (random.nextInt(6)) {
      case 0 -> depth > 0 ? "(" + select(depth - 1) + ") AS q" : "notes";
      case 1 -> one(SOURCES) + " AS a, " + one(SOURCES) + " AS b";
      case 2 -> "notes JOIN LATERAL (SELECT " + value() + ") AS l ON true";
      default -> one(SOURCES);
    };
  }

  private String value() {
    return switch (random.nextInt(7)) {
      case 0 -> one(CALLS);
      case 1 -> "(" + one(CALLS) + ")::text";
      case 2 -> random.nextInt(3) == 0 ? "(" + select(1) + ")" : one(VALUES);
      case 3 -> "'" + Hostile.pieces(random, 2).replace("'", "''") + "'";
      default -> one(VALUES);
    };
  }

  private String inner() {
    return random.nextBoolean() ? select(1) : one(WRITES);
  }

  private String disturbed(String statement) {
    return switch (random.nextInt(8)) {
      case 0 ->
          statement + one(BREAKS) + one(WRITES) + one(List.of("", ";", "; --", "; SELECT (1"));
      case 1 ->
          statement.replace(
              " ", one(List.of("/**/", "\n", "\t", "/* ; */", "--;\n", "\u000b", "\f")));
      case 2 -> {
        int at = random.nextInt(statement.length() + 1);
        yield statement.substring(0, at) + Hostile.pieces(random, 1) + statement.substring(at);
      }
      case 3 -> {
        int at = random.nextInt(statement.length() + 1);
        yield statement.substring(0, at)
            + one(BREAKS)
            + one(WRITES)
            + ";"
            + statement.substring(at);
      }
      default -> statement;
    };
  }

  private String one(List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}

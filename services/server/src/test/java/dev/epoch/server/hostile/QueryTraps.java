package dev.epoch.server.hostile;

import java.util.List;

/** What an attacker who may create objects, or a careless owner, could have left in a database. */
final class QueryTraps {
  static final List<String> STATEMENTS =
      List.of(
          "DROP SCHEMA IF EXISTS traps CASCADE",
          "CREATE SCHEMA traps",
          """
          CREATE FUNCTION traps.writes() RETURNS integer LANGUAGE plpgsql AS
          $$ BEGIN DELETE FROM public.canary; RETURN 1; END $$
          """,
          stable("writes_lying", "integer", "SELECT traps.writes()"),
          stable("locks", "integer", "SELECT 1 FROM pg_advisory_lock(4711)"),
          stable("locks_shared", "integer", "SELECT 1 FROM pg_advisory_lock_shared(4712)"),
          stable("numbers", "bigint", "SELECT nextval(''public.canary_numbers'')"),
          stable("sets_number", "bigint", "SELECT setval(''public.canary_numbers'', 99)"),
          stable("large_object", "oid", "SELECT lo_from_bytea(0, ''x'')"),
          stable("unlinks", "integer", "SELECT lo_unlink(4711)"),
          stable("setting", "text", "SELECT set_config(''epoch.trap'', ''sprung'', false)"),
          stable("path", "text", "SELECT set_config(''search_path'', ''traps'', false)"),
          stable("time_limit", "text", "SELECT set_config(''statement_timeout'', ''0'', false)"),
          stable(
              "read_write", "text", "SELECT set_config(''transaction_read_only'', ''off'', false)"),
          stable(
              "replica",
              "text",
              "SELECT set_config(''session_replication_role'', ''replica'', false)"),
          stable("role", "text", "SELECT set_config(''role'', ''pg_monitor'', false)"),
          """
          CREATE FUNCTION traps.both() RETURNS integer LANGUAGE plpgsql STABLE AS
          $$
          BEGIN
            BEGIN
              PERFORM set_config('transaction_read_only', 'off', false);
            EXCEPTION WHEN OTHERS THEN
              NULL;
            END;
            RETURN traps.writes();
          END $$
          """,
          """
          CREATE FUNCTION traps.runs(sql text) RETURNS integer LANGUAGE plpgsql STABLE AS
          $$ BEGIN EXECUTE sql; RETURN 1; END $$
          """,
          """
          CREATE FUNCTION traps.notifies() RETURNS integer LANGUAGE plpgsql STABLE AS
          $$ BEGIN PERFORM pg_notify('trap', 'sprung'); RETURN 1; END $$
          """,
          """
          CREATE FUNCTION traps.prepares() RETURNS integer LANGUAGE plpgsql STABLE AS
          $$ BEGIN EXECUTE 'PREPARE trap AS SELECT 1'; RETURN 1; END $$
          """,
          """
          CREATE FUNCTION traps.forever() RETURNS integer LANGUAGE plpgsql STABLE AS
          $$
          BEGIN
            LOOP
              BEGIN
                PERFORM pg_sleep(60);
              EXCEPTION WHEN query_canceled THEN
                NULL;
              END;
            END LOOP;
          END $$
          """,
          "CREATE PROCEDURE traps.procedure() LANGUAGE sql AS 'DELETE FROM public.canary'",
          """
          CREATE FUNCTION traps.adds(a integer, b integer) RETURNS integer LANGUAGE plpgsql AS
          $$ BEGIN DELETE FROM public.canary; RETURN a + b; END $$
          """,
          "CREATE AGGREGATE traps.total(integer) (SFUNC = traps.adds, STYPE = integer, INITCOND = '0')",
          "CREATE OPERATOR traps.<%> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = traps.adds)",
          "CREATE DOMAIN traps.checked AS integer CHECK (traps.writes() = VALUE)",
          """
          CREATE FUNCTION traps.counts(integer) RETURNS boolean LANGUAGE plpgsql AS
          $$ BEGIN PERFORM nextval('public.canary_numbers'); RETURN true; END $$
          """,
          "CREATE DOMAIN traps.counted AS integer CHECK (traps.counts(VALUE))",
          "CREATE TYPE traps.pair AS (a traps.counted, b integer)",
          // what a read-only transaction lets through
          """
          CREATE FUNCTION traps.reaches_out(integer) RETURNS boolean LANGUAGE plpgsql AS
          $$ BEGIN COPY (SELECT 1) TO PROGRAM 'touch epoch_trap'; RETURN true; END $$
          """,
          "CREATE DOMAIN traps.reaching AS integer CHECK (traps.reaches_out(VALUE))",
          "CREATE TYPE traps.far AS (a traps.reaching)",
          """
          CREATE FUNCTION traps.gathers(integer, integer) RETURNS integer LANGUAGE plpgsql AS
          $$ BEGIN PERFORM traps.reaches_out($2); RETURN $1 + $2; END $$
          """,
          "CREATE AGGREGATE traps.gathered(integer)"
              + " (SFUNC = traps.gathers, STYPE = integer, INITCOND = '0')",
          """
          CREATE FUNCTION traps.asks(a boolean DEFAULT traps.reaches_out(1)) RETURNS boolean
          LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN a; END $$
          """,
          """
          CREATE FUNCTION traps.reaching_less(integer, integer) RETURNS boolean LANGUAGE plpgsql AS
          $$ BEGIN RETURN traps.reaches_out($1); END $$
          """,
          """
          CREATE FUNCTION traps.less(integer, integer) RETURNS boolean LANGUAGE plpgsql STABLE AS
          $$ BEGIN RETURN $1 < $2; END $$
          """,
          "CREATE OPERATOR traps.!<! (LEFTARG = integer, RIGHTARG = integer, FUNCTION = traps.reaching_less)",
          "CREATE OPERATOR traps.<! (LEFTARG = integer, RIGHTARG = integer, FUNCTION = traps.less, NEGATOR = OPERATOR(traps.!<!))",
          "CREATE VIEW traps.peek AS SELECT * FROM public.canary",
          "CREATE VIEW traps.writing AS SELECT traps.writes() AS id");

  private QueryTraps() {}

  /** A function that says STABLE of itself, whatever it calls. */
  private static String stable(String name, String type, String sql) {
    return "CREATE FUNCTION traps.%s() RETURNS %s LANGUAGE sql STABLE AS '%s'"
        .formatted(name, type, sql);
  }
}

package dev.epoch.storage.postgres.catalog;

import dev.epoch.storage.postgres.connection.Session;
import java.util.List;

/**
 * Columns that the database raises with each update: the time of the last change, a version. What
 * tells them is a trigger {@code BEFORE UPDATE ... FOR EACH ROW} whose function sets them ({@code
 * NEW.updated_at := now()}, {@code NEW.version := OLD.version + 1}), {@code moddatetime}, or the
 * name of a time that begins as {@code now()} and that applications raise, {@code updated_at}.
 */
final class RaisedColumns {
  private static final String FOUND =
      """
      WITH own AS (
        SELECT a.attname::text AS name,
          -- as a function may write it
          '\\mnew\\s*\\.\\s*"?' || regexp_replace(a.attname, '(\\W)', '\\\\\\1', 'g') || '"?\\s*:?=\\s*' AS is_set,
          regexp_replace(a.attname, '(\\W)', '\\\\\\1', 'g') AS written,
          a.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype) AS is_time,
          coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '') AS begins
        FROM pg_catalog.pg_attribute a
        LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = $1::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
          AND a.atttypid IN (
            'timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype, 'int2'::regtype, 'int4'::regtype,
            'int8'::regtype, 'numeric'::regtype)
          AND a.attname <> ALL ($2::text[])
      ), setting AS (
        SELECT f.proname::text AS name, f.prosrc AS text,
          string_to_array(encode(t.tgargs, 'escape'), '\\000') AS arguments
        FROM pg_catalog.pg_trigger t
        JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
        JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace AND n.nspname <> 'epoch'
        WHERE t.tgrelid = $1::bigint::oid AND NOT t.tgisinternal AND t.tgenabled <> 'D'
          -- of rows, before, at updates
          AND t.tgtype::integer & 19 = 19
      )
      SELECT o.name
      FROM own AS o
      WHERE EXISTS (
          SELECT
          FROM setting AS s
          WHERE o.is_time
            AND (
              s.text ~* (o.is_set || '(pg_catalog\\.)?(now|clock_timestamp|statement_timestamp|transaction_timestamp|timezone|current_timestamp|localtimestamp|current_date)\\M')
              OR s.name = 'moddatetime' AND s.arguments[1] = o.name
            )
            OR NOT o.is_time AND s.text ~* (o.is_set || '(coalesce\\s*\\(\\s*)?(old|new)\\s*\\.\\s*"?' || o.written || '"?\\s*(,\\s*\\d+\\s*\\))?\\s*\\+')
        )
        OR o.is_time AND o.begins ~* '^\\(?(now\\(\\)|current_timestamp|current_date|clock_timestamp\\(\\)|localtimestamp)'
          AND o.name ~* '^(last_?)?(updated?|modified|changed?)_?(at|on|time|date|timestamp)?$'
      ORDER BY o.name
      """;

  private RaisedColumns() {}

  /**
   * @param key names of the key columns, which are none of them
   */
  static List<String> of(Session session, long table, List<String> key) {
    return session.list(FOUND, row -> row.getString(0), table, key.toArray(String[]::new));
  }
}

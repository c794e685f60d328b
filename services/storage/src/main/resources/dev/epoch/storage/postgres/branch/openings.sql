-- Which tables of a branch are opened unasked, and what has to be waited for: sessions that open tables of the same branch, and
-- snapshots from before, which would not see the rows.

-- The first key of the advisory locks of those who open tables unasked; the second one is the branch.
CREATE OR REPLACE FUNCTION epoch.openings_lock() RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT 1164927843
$$;

-- Tables of a branch that are to be open and are not, the smallest first: those not larger than the setting
-- epoch.open_tables_up_to ('64MB'; '0': none), as long as the branch's open ones of such a size take no more than the setting
-- epoch.open_tables_together ('1GB'). Not what cannot be open, and not what somebody has closed.
CREATE OR REPLACE FUNCTION epoch.tables_to_open(of_branch text) RETURNS SETOF text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH allowed (each, together) AS MATERIALIZED (
    SELECT pg_size_bytes(coalesce(nullif(current_setting('epoch.open_tables_up_to', true), ''), '64MB')),
      pg_size_bytes(coalesce(nullif(current_setting('epoch.open_tables_together', true), ''), '1GB'))
  ), sized AS MATERIALIZED (
    SELECT p.table_id, p.open_relation IS NOT NULL AS is_open,
      pg_table_size(CASE WHEN p.open_relation IS NULL THEN c.oid ELSE to_regclass(p.open_relation) END) AS bytes
    FROM epoch.branch_tables AS p
    JOIN epoch.tables AS t ON t.table_id = p.table_id
    JOIN pg_namespace AS n ON n.nspname = t.schema_name
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = t.table_name
    WHERE p.branch_id = of_branch AND p.open_refused IS NULL AND NOT p.open_unwanted AND NOT p.absent
      AND (SELECT a.each > 0 FROM allowed AS a)
  )
  SELECT s.table_id
  FROM (
    SELECT s.*, sum(s.bytes) OVER (ORDER BY s.is_open DESC, s.bytes, s.table_id) AS total
    FROM sized AS s
    WHERE s.bytes <= (SELECT a.each FROM allowed AS a)
  ) AS s
  WHERE NOT s.is_open AND s.total <= (SELECT a.together FROM allowed AS a)
  ORDER BY s.bytes, s.table_id
$$;

-- How many tables this transaction can open: it keeps a hundred locks for each of them, and the server has room for so many.
CREATE OR REPLACE FUNCTION epoch.openings_left() RETURNS integer
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT greatest(0, (
    0.9 * current_setting('max_locks_per_transaction')::integer * (
      current_setting('max_connections')::integer + current_setting('max_prepared_transactions')::integer
      + current_setting('max_wal_senders')::integer + current_setting('max_worker_processes')::integer
      + current_setting('autovacuum_max_workers')::integer
    ) - (SELECT count(*) FROM pg_locks AS l WHERE NOT l.fastpath)
  ) / 100)::integer
$$;

-- The lock_timeout for one lock, in milliseconds: what is left until a time, if one is given, and of the session's own, if it
-- has one. The first time two seconds at most: somebody is told then what is waited for.
CREATE OR REPLACE FUNCTION epoch.lock_patience(of_session integer, until timestamptz, is_first boolean) RETURNS text
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(least(
    nullif(of_session, 0),
    CASE WHEN until IS NOT NULL THEN greatest(1, (extract(epoch FROM until - clock_timestamp()) * 1000)::integer) END,
    CASE WHEN is_first THEN 2000 END), 0)::text
$$;

-- Waits until no other session opens tables of the branch unasked; from then on, until the transaction ends, this one may.
-- False if that took too long.
CREATE OR REPLACE FUNCTION epoch.await_openings(of_branch text, until timestamptz) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  of_session integer := (SELECT s.setting::integer FROM pg_settings AS s WHERE s.name = 'lock_timeout');
  former text := current_setting('lock_timeout');
  is_first boolean := true;
BEGIN
  LOOP
    BEGIN
      PERFORM set_config('lock_timeout', epoch.lock_patience(of_session, until, is_first), true);
      PERFORM pg_advisory_xact_lock(epoch.openings_lock(), hashtext(of_branch));
      PERFORM set_config('lock_timeout', former, true);
      RETURN true;
    EXCEPTION
      WHEN lock_not_available THEN
        IF NOT is_first OR clock_timestamp() > until OR of_session BETWEEN 1 AND 2000 THEN
          RETURN false;
        END IF;
        RAISE NOTICE 'Waiting for another session, which opens tables of the branch';
        is_first := false;
      WHEN deadlock_detected THEN
        RETURN false;
    END;
  END LOOP;
END
$$;

-- Waits until the snapshots are gone that other sessions have now. False if that took too long, or if one of them waits for
-- this session. Who opens tables itself, or waits for that, reads no branch with the snapshot that it has.
CREATE OR REPLACE FUNCTION epoch.await_snapshots(until timestamptz) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  began timestamptz := clock_timestamp();
  is_told boolean := false;
  older text[];
  seen text[];
  blocked text[] := '{}';
  were_blocked text[];
BEGIN
  LOOP
    PERFORM pg_stat_clear_snapshot();
    seen := ARRAY(
      SELECT a.pid || ' ' || a.backend_xmin
      FROM pg_stat_activity AS a
      WHERE a.datname = current_database() AND a.backend_xmin IS NOT NULL AND a.usesysid IS NOT NULL
        AND a.pid <> pg_backend_pid()
        AND NOT EXISTS (
          SELECT FROM pg_locks AS l
          WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.objsubid = 2
            AND l.classid::bigint = epoch.openings_lock()
        ));
    older := CASE WHEN older IS NULL THEN seen ELSE ARRAY(SELECT unnest(older) INTERSECT SELECT unnest(seen)) END;
    IF older = '{}' THEN
      RETURN true;
    END IF;
    -- one that has just begun to wait for the lock of openings is not seen as such the first time
    were_blocked := blocked;
    blocked := ARRAY(
      SELECT o FROM unnest(older) AS o WHERE pg_backend_pid() = ANY (pg_blocking_pids(split_part(o, ' ', 1)::integer)));
    IF clock_timestamp() > until OR blocked && were_blocked THEN
      RETURN false;
    END IF;
    IF NOT is_told AND clock_timestamp() > began + interval '2 seconds' THEN
      RAISE NOTICE 'Waiting for transactions that would see none of the rows of tables that are opened: %',
        (SELECT string_agg('process ' || split_part(o, ' ', 1), ', ') FROM unnest(older) AS o);
      is_told := true;
    END IF;
    PERFORM pg_sleep(0.01);
  END LOOP;
END
$$;

-- Opens a table as epoch.open_branch_table does, and waits for those who read or write it on the branch. False if that took
-- too long.
CREATE OR REPLACE FUNCTION epoch.open_patiently(of_branch text, of_table text, until timestamptz) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  of_session integer := (SELECT s.setting::integer FROM pg_settings AS s WHERE s.name = 'lock_timeout');
  former text := current_setting('lock_timeout');
  is_first boolean := true;
BEGIN
  LOOP
    BEGIN
      PERFORM set_config('lock_timeout', epoch.lock_patience(of_session, until, is_first), true);
      PERFORM epoch.open_branch_table(of_branch, of_table);
      PERFORM set_config('lock_timeout', former, true);
      RETURN true;
    EXCEPTION
      WHEN lock_not_available THEN
        IF NOT is_first OR clock_timestamp() > until OR of_session BETWEEN 1 AND 2000 THEN
          RETURN false;
        END IF;
        RAISE NOTICE 'Waiting for sessions that read or write table % on the branch', epoch.view_name(of_table);
        is_first := false;
      WHEN deadlock_detected THEN
        RETURN false;
    END;
  END LOOP;
END
$$;

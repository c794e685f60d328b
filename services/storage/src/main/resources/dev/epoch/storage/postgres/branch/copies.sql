-- Copies: every row that a branch sees of a table, in one plain table with the table's indexes, which the
-- branch's view reads instead of the layers. Triggers keep a copy what the layers say, in the transaction that
-- changes them. docs/adr/0013 says why that is enough.

-- Query for the rows (writable columns) of the live table at the branch's anchor whose key is among those of a
-- query and that no entry of the overlay hides. Each key is looked up: the cost follows the keys.
CREATE OR REPLACE FUNCTION epoch.base_rows(of_branch text, of_table text, keys text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  live regclass := epoch.live_table(of_table);
  writable text[] := epoch.writable_columns(live);
  past text;
  pending text;
BEGIN
  past := format(
    'epoch.%I AS past WHERE %s AND past.epoch_from <= %s AND past.epoch_to > %3$s',
    epoch.object_of('h', of_table), epoch.key_match(of_table, 'past', 'k'), epoch.anchor_of(of_branch, of_table));
  pending := format(
    'epoch.%I AS pending WHERE %s', epoch.object_of('w', of_table), epoch.key_match(of_table, 'pending', 'k'));
  RETURN format(
    $sql$
      SELECT base.*
      FROM (%1$s) AS k
      CROSS JOIN LATERAL (
        SELECT %2$s FROM %3$s AND past.epoch_kind = 1
        UNION ALL
        SELECT %4$s FROM %5$s AND pending.epoch_kind = 1 AND NOT EXISTS (SELECT FROM %3$s)
        UNION ALL
        SELECT %6$s FROM %7$s AS live WHERE %8$s
          AND NOT EXISTS (SELECT FROM %5$s) AND NOT EXISTS (SELECT FROM %3$s)
      ) AS base
      WHERE NOT EXISTS (SELECT FROM epoch.%9$I AS entry WHERE %10$s)
        AND NOT EXISTS (SELECT FROM epoch.%11$I AS entry WHERE %10$s)
    $sql$,
    keys,
    epoch.column_list(writable, 'past'), past,
    epoch.column_list(writable, 'pending'), pending,
    epoch.column_list(writable, 'live'), live, epoch.key_match(of_table, 'live', 'k'),
    epoch.object_of('v', of_table, of_branch), epoch.key_match(of_table, 'entry', 'k'),
    epoch.object_of('d', of_table, of_branch));
END
$$;

-- Makes a copy's trigger function: plans are made once per session, for few rows, and must do for many.
CREATE OR REPLACE FUNCTION epoch.create_copy_function(function_name text, body text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  setting text;
BEGIN
  PERFORM epoch.create_trigger_function(function_name, body);
  FOREACH setting IN ARRAY ARRAY['enable_hashjoin', 'enable_mergejoin', 'enable_seqscan', 'jit'] LOOP
    EXECUTE format('ALTER FUNCTION epoch.%I() SET %s = off', function_name, setting);
  END LOOP;
END
$$;

-- Statement that fails in a transaction whose snapshot is older than the copy: it does not see the rows that it
-- would have to change there. Snapshots of READ COMMITTED are of the statement, and never older.
CREATE OR REPLACE FUNCTION epoch.require_copy_seen(of_branch text, of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    $sql$
      IF current_setting('transaction_isolation') <> 'read committed' AND NOT EXISTS (
        SELECT FROM epoch.branch_tables AS place
        WHERE place.branch_id = %L AND place.table_id = %L AND place.copy_relation = %s
      ) THEN
        RAISE EXCEPTION 'could not serialize access: the table was materialized on this branch meanwhile'
          USING ERRCODE = 'serialization_failure', HINT = 'Try the transaction again.';
      END IF;
    $sql$,
    of_branch, of_table, format('epoch.%I', epoch.object_of('m', of_table, of_branch))::regclass::oid)
$$;

-- Makes the functions that keep a copy in line with the rows (vm) and the tombstones (dm) of the overlay.
CREATE OR REPLACE FUNCTION epoch.create_copy_functions(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $function$
DECLARE
  t epoch.tables;
  copy text := format('epoch.%I', epoch.object_of('m', of_table, of_branch));
  writable text[] := epoch.writable_columns(epoch.live_table(of_table));
  drop_old text;
  drop_new text;
  show_base text;
  put_new text;
  seen text := epoch.require_copy_seen(of_branch, of_table);
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  drop_old := format(
    'DELETE FROM %s AS target USING old_rows WHERE %s;', copy, epoch.key_match(of_table, 'target', 'old_rows'));
  drop_new := format(
    'DELETE FROM %s AS target USING new_rows WHERE %s;', copy, epoch.key_match(of_table, 'target', 'new_rows'));
  show_base := format(
    'INSERT INTO %s (%s) %s;', copy, epoch.column_list(writable),
    epoch.base_rows(
      of_branch, of_table, format('SELECT %s FROM old_rows', epoch.column_list(t.key_columns, 'old_rows'))));
  put_new := format(
    'INSERT INTO %s (%s) SELECT %s FROM new_rows;', copy, epoch.column_list(writable),
    epoch.column_list(writable, 'new_rows'));
  PERFORM epoch.create_copy_function(epoch.object_of('vm', of_table, of_branch), format(
    $body$
      #variable_conflict use_column
      BEGIN
        %8$s
        IF TG_OP = 'INSERT' THEN
          %1$s %2$s
        ELSIF TG_OP = 'DELETE' THEN
          %3$s %4$s
        ELSIF current_setting('epoch.key_changed', true) = 'on' THEN
          %3$s %4$s %1$s %2$s
        ELSE
          UPDATE %5$s AS target SET %6$s FROM new_rows WHERE %7$s;
        END IF;
        RETURN NULL;
      END
    $body$,
    drop_new, put_new, drop_old, show_base, copy,
    (SELECT string_agg(format('%I = new_rows.%1$I', c), ', ') FROM unnest(writable) AS c),
    epoch.key_match(of_table, 'target', 'new_rows'), seen));
  PERFORM epoch.create_copy_function(epoch.object_of('dm', of_table, of_branch), format(
    $body$
      #variable_conflict use_column
      BEGIN
        %3$s
        IF TG_OP = 'INSERT' THEN
          %1$s
        ELSE
          %2$s
        END IF;
        RETURN NULL;
      END
    $body$,
    drop_new, show_base, seen));
END
$function$;

CREATE OR REPLACE FUNCTION epoch.create_copy_triggers(on_table text, function_name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- named so that they fire after the capture, which may wait
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER epoch_copy_insert AFTER INSERT ON epoch.%I '
    'REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION epoch.%I()', on_table, function_name);
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER epoch_copy_update AFTER UPDATE ON epoch.%I '
    'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION epoch.%I()',
    on_table, function_name);
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER epoch_copy_delete AFTER DELETE ON epoch.%I '
    'REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION epoch.%I()', on_table, function_name);
END
$$;

-- Makes a copy's rows of some keys (a query) what the layers say now.
CREATE OR REPLACE FUNCTION epoch.refresh_copy(of_branch text, of_table text, keys text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
  copy text := epoch.object_of('m', of_table, of_branch);
  writable text[] := epoch.writable_columns(epoch.live_table(of_table));
BEGIN
  EXECUTE format(
    'DELETE FROM epoch.%I AS target USING (%s) AS k WHERE %s', copy, keys, epoch.key_match(of_table, 'target', 'k'));
  EXECUTE format(
    'INSERT INTO epoch.%I (%s) %s', copy, epoch.column_list(writable), epoch.base_rows(of_branch, of_table, keys));
  EXECUTE format(
    'INSERT INTO epoch.%I (%s) SELECT %s FROM (%s) AS k JOIN epoch.%I AS entry ON %s', copy,
    epoch.column_list(writable), epoch.column_list(writable, 'entry'), keys,
    epoch.object_of('v', of_table, of_branch), epoch.key_match(of_table, 'entry', 'k'));
END
$$;

-- Query for the keys of the live table that commits have changed between two of its positions.
CREATE OR REPLACE FUNCTION epoch.keys_between(of_table text, one bigint, other bigint) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    'SELECT DISTINCT %s FROM epoch.%I AS past WHERE past.epoch_to > %s AND past.epoch_to <= %s',
    epoch.column_list(t.key_columns, 'past'), epoch.object_of('h', of_table), least(one, other), greatest(one, other))
  FROM epoch.tables AS t WHERE t.table_id = of_table
$$;

-- Keeps copies in line with the live table, which is seen at the branch's anchor: a copy's row changes with the
-- anchor if the live row was changed by a commit in between.
CREATE OR REPLACE FUNCTION epoch.follow_anchor() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM epoch.refresh_copy(
    NEW.branch_id, NEW.table_id, epoch.keys_between(NEW.table_id, OLD.anchor, NEW.anchor));
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER epoch_follow_anchor AFTER UPDATE OF anchor ON epoch.branch_tables
FOR EACH ROW WHEN (NEW.has_copy AND OLD.anchor <> NEW.anchor)
EXECUTE FUNCTION epoch.follow_anchor();

-- Lets the views read the copy. The caller has waited until every snapshot is gone in which it is not filled.
CREATE OR REPLACE FUNCTION epoch.show_copy(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE epoch.branch_tables SET copy_shown = true
  WHERE branch_id = of_branch AND table_id = of_table AND has_copy AND NOT copy_shown;
  IF FOUND THEN
    PERFORM epoch.rebuild_views(of_branch, of_table);
  END IF;
END
$$;

-- Takes away what keeps a copy in line with the layers.
CREATE OR REPLACE FUNCTION epoch.drop_copy_triggers(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  kind text;
  operation text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['v', 'd'] LOOP
    FOREACH operation IN ARRAY ARRAY['insert', 'update', 'delete'] LOOP
      EXECUTE format(
        'DROP TRIGGER IF EXISTS epoch_copy_%s ON epoch.%I', operation, epoch.object_of(kind, of_table, of_branch));
    END LOOP;
    EXECUTE format('DROP FUNCTION IF EXISTS epoch.%I', epoch.object_of(kind || 'm', of_table, of_branch));
  END LOOP;
END
$$;

-- Drops the copy, or what there is of it; the views read the layers again.
CREATE OR REPLACE FUNCTION epoch.drop_copy(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  kind text;
BEGIN
  UPDATE epoch.branch_tables
  SET has_copy = false, copy_shown = false, copy_relation = NULL, copy_fill = NULL, copy_automatic = false, copy_seen_at = NULL
  WHERE branch_id = of_branch AND table_id = of_table AND (has_copy OR copy_fill IS NOT NULL);
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM epoch.rebuild_views(of_branch, of_table);
  PERFORM epoch.drop_copy_triggers(of_branch, of_table);
  FOREACH kind IN ARRAY ARRAY['m', 'mk'] LOOP
    EXECUTE format('DROP TABLE IF EXISTS epoch.%I', epoch.object_of(kind, of_table, of_branch));
  END LOOP;
END
$$;

-- Quoted name of a copy, which nobody can drop until the transaction ends; null if it is gone. Another one of the
-- same name, which a snapshot that knows of this one would see without rows, is none.
CREATE OR REPLACE FUNCTION epoch.hold_copy(copy oid) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  name text;
BEGIN
  SELECT format('epoch.%I', c.relname) INTO name
  FROM pg_class AS c WHERE c.oid = copy AND c.relnamespace = 'epoch'::regnamespace;
  IF name IS NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE 'LOCK TABLE ' || name || ' IN ACCESS SHARE MODE';
  RETURN CASE WHEN name::regclass = copy THEN name END;
EXCEPTION WHEN undefined_table THEN
  RETURN NULL;
END
$$;

-- The rows that the branch sees, out of its copy.
CREATE OR REPLACE FUNCTION epoch.copy_select(of_branch text, of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    'SELECT %s FROM epoch.%I AS row_seen',
    epoch.column_list(epoch.visible_columns(epoch.live_table(of_table)), 'row_seen'),
    epoch.object_of('m', of_table, of_branch))
$$;

-- How many rows a copy has too many or too few, or else than the layers say. Reads both.
CREATE OR REPLACE FUNCTION epoch.copy_faults(of_branch text, of_table text) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  faults bigint;
BEGIN
  EXECUTE format(
    $sql$
      WITH copied AS MATERIALIZED (SELECT ROW(c.*)::text AS image FROM (%s) AS c),
        layered AS MATERIALIZED (SELECT ROW(l.*)::text AS image FROM (%s) AS l)
      SELECT (SELECT count(*) FROM (TABLE copied EXCEPT ALL TABLE layered) AS surplus)
        + (SELECT count(*) FROM (TABLE layered EXCEPT ALL TABLE copied) AS missing)
    $sql$,
    epoch.copy_select(of_branch, of_table), epoch.branch_select(of_branch, of_table))
  INTO faults;
  RETURN faults;
END
$$;

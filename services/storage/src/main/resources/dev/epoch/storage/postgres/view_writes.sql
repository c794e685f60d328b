-- Writes through the views of branches.

-- Whether a row version was made by the current transaction (which sees it, so nobody else is at it).
CREATE OR REPLACE FUNCTION epoch.is_own(row_transaction xid) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  near bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
  candidate bigint := (near >> 32 << 32) + row_transaction::text::bigint;
BEGIN
  IF candidate - near > 2147483648 THEN
    candidate := candidate - 4294967296;
  ELSIF near - candidate > 2147483648 THEN
    candidate := candidate + 4294967296;
  END IF;
  RETURN pg_xact_status(candidate::text::xid8) = 'in progress';
END
$$;

-- Statements that fail when the row NEW breaks a unique rule together with rows that the branch sees.
CREATE OR REPLACE FUNCTION epoch.unique_checks(of_branch text, of_table text, in_view text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(string_agg(
    format(
      $sql$
        IF EXISTS (
          SELECT FROM (SELECT %1$s FROM (SELECT %2$s) AS mine WHERE %3$s) AS ours
          JOIN (SELECT %1$s FROM %4$s AS row_seen WHERE (%3$s) AND NOT (%5$s)) AS theirs ON %6$s
        ) THEN
          RAISE EXCEPTION '%10$s "%%"', %7$L
            USING ERRCODE = %11$L, CONSTRAINT = %7$L, TABLE = %8$L, SCHEMA = %9$L;
        END IF;
      $sql$,
      r.computed, (
        SELECT string_agg(format('NEW.%I AS %1$I', c), ', ')
        FROM unnest(epoch.visible_columns(epoch.live_table(of_table))) AS c
      ),
      r.predicate, in_view, epoch.key_match(of_table, 'row_seen', 'new'), r.matches, r.index_name,
      t.table_name, t.schema_name,
      CASE r.error_code
        WHEN '23505' THEN 'duplicate key value violates unique constraint'
        ELSE 'conflicting key value violates exclusion constraint'
      END,
      r.error_code),
    '' ORDER BY r.index_name), '')
  FROM epoch.unique_rules(of_table) AS r
  JOIN epoch.tables AS t ON t.table_id = of_table
$$;

-- Statements about columns that the database fills: identities get their next value, and what was given for
-- computed columns is refused like in the table itself.
CREATE OR REPLACE FUNCTION epoch.filled_columns(of_table text, operation text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(string_agg(
    CASE
      WHEN operation = 'INSERT' AND a.attidentity <> '' THEN format(
        'IF NEW.%1$I IS NULL THEN NEW.%1$I := nextval(%2$L); END IF;',
        a.attname, pg_get_serial_sequence(a.attrelid::regclass::text, a.attname)::regclass::oid)
      ELSE format(
        $sql$
          IF %1$s THEN
            RAISE EXCEPTION '%2$s' USING ERRCODE = '428C9', COLUMN = %3$L;
          END IF;
        $sql$,
        CASE
          WHEN operation = 'INSERT' THEN format('NEW.%I IS NOT NULL', a.attname)
          ELSE format('record_image_ne(ROW(NEW.%1$I), ROW(OLD.%1$I))', a.attname)
        END,
        CASE
          WHEN operation = 'INSERT' THEN 'cannot insert a non-DEFAULT value into a generated column'
          ELSE 'a generated column can only be updated to DEFAULT'
        END,
        a.attname)
    END, E'\n' ORDER BY a.attnum), '')
  FROM pg_attribute AS a
  WHERE a.attrelid = epoch.live_table(of_table) AND a.attnum > 0 AND NOT a.attisdropped
    AND (a.attgenerated <> '' OR a.attidentity = 'a' OR operation = 'INSERT' AND a.attidentity = 'd')
$$;

-- Makes the function behind the views of a table on a branch. It writes one row into the overlay:
--
--   insert    the key must not be visible: it is if the base has it and no tombstone hides it
--   update    a row of the overlay is updated; a row of the base gets an entry that hides it
--   delete    a row of the overlay goes, and a tombstone hides the base's row if there is one
--
-- Rows are changed only if they still are what the statement saw. If not: a row that is gone is skipped, one
-- that the same transaction changed is skipped too (as an UPDATE changes no row twice), and one that another
-- transaction changed is a serialization failure, since nothing can evaluate the statement again. The first
-- entry for a base's row is guarded by its key in the working set, so that of two writers the second one waits.
CREATE OR REPLACE FUNCTION epoch.create_view_writer(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $function$
DECLARE
  t epoch.tables;
  b epoch.branches;
  live regclass := epoch.live_table(of_table);
  writable text[] := epoch.writable_columns(live);
  row_table text := format('epoch.%I', epoch.object_of('v', of_table, of_branch));
  tombstones text := format('epoch.%I', epoch.object_of('d', of_table, of_branch));
  working_set text := format('epoch.%I', epoch.object_of('vw', of_table, of_branch));
  key_name text;
  insert_row text;
  put_row text;
  remove_row text;
  hide_row text;
  stale text;
  same_row text;
  key_kept text;
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  SELECT * INTO STRICT b FROM epoch.branches WHERE branch_id = of_branch;
  SELECT coalesce(max(c.conname), t.table_name || '_pkey') INTO key_name
  FROM pg_constraint AS c WHERE c.conrelid = live AND c.contype = 'p';

  same_row := format(
    '%s AND record_image_eq(ROW(%s), ROW(%s))',
    epoch.key_match(of_table, 'target', 'old'), epoch.column_list(t.columns, 'target'),
    epoch.column_list(t.columns, 'old'));
  put_row := format(
    $sql$
      INSERT INTO %s AS target (%s) VALUES (%s)
      ON CONFLICT DO NOTHING
      RETURNING %s INTO written;
    $sql$,
    row_table, epoch.column_list(writable), epoch.column_list(writable, 'new'),
    epoch.column_list(epoch.visible_columns(live), 'target'));
  insert_row := format(
    $sql$
      DELETE FROM %1$s AS target WHERE %2$s;
      IF NOT FOUND AND (%3$s OR EXISTS (SELECT FROM %4$s AS target WHERE %2$s)) THEN
        RAISE EXCEPTION 'duplicate key value violates unique constraint "%%"', %5$L
          USING ERRCODE = 'unique_violation', CONSTRAINT = %5$L, TABLE = %6$L, SCHEMA = %7$L;
      END IF;
      %8$s
      %9$s
      IF NOT FOUND THEN
        RAISE EXCEPTION 'duplicate key value violates unique constraint "%%"', %5$L
          USING ERRCODE = 'unique_violation', CONSTRAINT = %5$L, TABLE = %6$L, SCHEMA = %7$L,
            DETAIL = 'Another transaction inserted a row with the same values.';
      END IF;
      RETURN written;
    $sql$,
    tombstones, epoch.key_match(of_table, 'target', 'new'), epoch.base_has_key(of_branch, of_table, 'new'),
    row_table, key_name, t.table_name, t.schema_name,
    epoch.unique_checks(of_branch, of_table, format('%I.%I', b.changed_schema, t.view_name)), put_row);
  stale := format(
    $sql$
      SELECT epoch.is_own(target.xmin) INTO own FROM %s AS target WHERE %s;
      IF NOT FOUND OR own THEN
        RETURN NULL;
      END IF;
      RAISE EXCEPTION 'could not serialize access due to concurrent update'
        USING ERRCODE = 'serialization_failure', HINT = 'Run the transaction again.';
    $sql$,
    row_table, epoch.key_match(of_table, 'target', 'old'));
  -- hide_row: what follows in the braces happens if no entry of the overlay hides the base's row yet
  hide_row := format(
    $sql$
      IF NOT EXISTS (SELECT FROM %1$s AS target WHERE %3$s) AND NOT EXISTS (SELECT FROM %2$s AS target WHERE %3$s) THEN
        INSERT INTO %4$s AS target (epoch_kind, %5$s) VALUES (0, %6$s)
        ON CONFLICT (%5$s) DO UPDATE SET epoch_kind = target.epoch_kind WHERE false;
        IF NOT EXISTS (SELECT FROM %1$s AS target WHERE %3$s) AND NOT EXISTS (SELECT FROM %2$s AS target WHERE %3$s) THEN
    $sql$,
    row_table, tombstones, epoch.key_match(of_table, 'target', 'old'), working_set,
    epoch.column_list(t.key_columns), epoch.column_list(t.key_columns, 'old'));
  remove_row := format(
    $sql$
      DELETE FROM %1$s AS target WHERE %2$s;
      IF FOUND THEN
        IF %3$s THEN
          INSERT INTO %4$s AS target (%5$s) VALUES (%6$s) ON CONFLICT DO NOTHING;
        END IF;
        removed := true;
      ELSE
        %7$s
          INSERT INTO %4$s AS target (%5$s) VALUES (%6$s);
          removed := true;
        END IF;
        END IF;
      END IF;
      IF NOT removed THEN
        %8$s
      END IF;
    $sql$,
    row_table, same_row, epoch.base_has_key(of_branch, of_table, 'old'), tombstones,
    epoch.column_list(t.key_columns), epoch.column_list(t.key_columns, 'old'), hide_row, stale);
  key_kept := epoch.key_match(of_table, 'old', 'new');

  PERFORM epoch.create_trigger_function(
    epoch.object_of('vi', of_table, of_branch),
    format(
      $body$
        #variable_conflict use_column
        DECLARE
          own boolean;
          removed boolean := false;
          written record;
        BEGIN
          IF TG_NARGS > 0 THEN
            PERFORM epoch.ensure_overlay(%1$L, %2$L);
          END IF;
          IF TG_OP = 'INSERT' THEN
            %3$s
            %4$s
          ELSIF TG_OP = 'DELETE' THEN
            %5$s
            RETURN OLD;
          END IF;
          %6$s
          IF %7$s THEN
            %8$s
            UPDATE %9$s AS target SET %10$s WHERE %11$s
            RETURNING %12$s INTO written;
            IF FOUND THEN
              RETURN written;
            END IF;
            %13$s
              %14$s
              IF FOUND THEN
                RETURN written;
              END IF;
            END IF;
            END IF;
            %15$s
          ELSE
            %5$s
            %4$s
          END IF;
        END
      $body$,
      of_branch, of_table,
      epoch.filled_columns(of_table, 'INSERT'), insert_row,
      remove_row,
      epoch.filled_columns(of_table, 'UPDATE'),
      key_kept,
      epoch.unique_checks(of_branch, of_table, format('%I.%I', b.changed_schema, t.view_name)),
      row_table,
      (SELECT string_agg(format('%I = new.%1$I', c), ', ') FROM unnest(writable) AS c), same_row,
      epoch.column_list(epoch.visible_columns(live), 'target'),
      hide_row, put_row, stale));
END
$function$;

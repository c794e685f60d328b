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

-- Statements about columns that the database fills: identities get their next value, and what was given for
-- computed columns is refused like in the table itself.
CREATE OR REPLACE FUNCTION epoch.filled_columns(of_branch text, of_table text, operation text) RETURNS text
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(string_agg(
    CASE
      WHEN operation = 'INSERT' AND a.attidentity <> '' THEN format(
        'IF NEW.%1$I IS NULL THEN NEW.%1$I := nextval(%2$L); END IF;',
        a.attname, epoch.sequence_on(of_branch, pg_get_serial_sequence(a.attrelid::regclass::text, a.attname)::regclass)::oid)
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
  WHERE a.attrelid = epoch.users_table(of_table) AND a.attnum > 0 AND NOT a.attisdropped
    AND (a.attgenerated <> '' OR a.attidentity = 'a' OR operation = 'INSERT' AND a.attidentity = 'd')
    AND a.attname <> ALL (epoch.hidden_columns(of_branch, of_table))
$$;

-- Makes the function behind the views of an append-only table on a branch.
CREATE OR REPLACE FUNCTION epoch.create_view_appender(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $function$
DECLARE
  columns text[] := epoch.shown_columns(of_branch, of_table, epoch.visible_columns(epoch.users_table(of_table)));
BEGIN
  PERFORM epoch.create_trigger_function(
    epoch.object_of('vi', of_table, of_branch),
    format(
      $body$
        #variable_conflict use_column
        DECLARE
          written record;
          epoch_broken text;
        BEGIN
          IF TG_OP <> 'INSERT' THEN
            %1$s
          END IF;
          IF TG_NARGS > 0 THEN
            PERFORM epoch.ensure_overlay(%2$L, %3$L);
          END IF;
          %4$s
          INSERT INTO epoch.%5$I (%6$s) VALUES (%7$s) RETURNING %6$s INTO written;
          RETURN written;
        END
      $body$,
      epoch.refuse_change(of_table), of_branch, of_table,
      epoch.filled_columns(of_branch, of_table, 'INSERT') || epoch.row_checks(of_branch, of_table),
      epoch.object_of('v', of_table, of_branch), epoch.column_list(columns), epoch.column_list(columns, 'new')));
END
$function$;

-- Columns that the live table has with another type than the branch's head: the branch's states read them where they were
-- kept aside, so that what is written goes there, too.
CREATE OR REPLACE FUNCTION epoch.columns_of_other_types(of_branch text, of_table text)
RETURNS TABLE (live text, aside text, value text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $$
  SELECT is_now.name, was.name, format('new.%I::text::%s', is_now.name, was.type)
  FROM epoch.branch_tables AS p
  CROSS JOIN LATERAL jsonb_array_elements(p.definition -> 'columns') AS c
  JOIN epoch.table_columns AS was ON was.table_id = of_table AND was.column_id = c ->> 'id' AND was.number IS NULL
    AND was.type IN (c #>> '{type,name}', c #>> '{type,element,name}')
  JOIN epoch.table_columns AS is_now ON is_now.table_id = of_table AND is_now.column_id = was.column_id
    AND is_now.number IS NOT NULL AND is_now.type <> was.type
  WHERE p.branch_id = of_branch AND p.table_id = of_table
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
  extra text[] := epoch.extra_columns(of_branch, of_table);
  writable text[] := epoch.shown_columns(of_branch, of_table, epoch.writable_columns(live)) || extra;
  visible text[] := epoch.shown_columns(of_branch, of_table, epoch.visible_columns(live)) || extra;
  in_view text;
  compared text[];
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
  is_new text;
  is_old text;
  row_checks text;
  unique_checks text;
  aside_columns text;
  aside_values text;
  aside_changes text;
  has_enums boolean := EXISTS (SELECT FROM epoch.enum_columns(of_branch, of_table));
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  IF t.append_only THEN
    PERFORM epoch.create_view_appender(of_branch, of_table);
    RETURN;
  END IF;
  PERFORM epoch.make_enums(of_branch, of_table);
  SELECT * INTO STRICT b FROM epoch.branches WHERE branch_id = of_branch;
  SELECT coalesce(max(c.conname), t.table_name || '_pkey') INTO key_name
  FROM pg_constraint AS c WHERE c.conrelid = live AND c.contype = 'p';

  SELECT coalesce(string_agg(format(', %I', a.aside), '' ORDER BY a.aside), ''),
    coalesce(string_agg(', ' || a.value, '' ORDER BY a.aside), ''),
    coalesce(string_agg(format(', %I = %s', a.aside, a.value), '' ORDER BY a.aside), '')
  INTO aside_columns, aside_values, aside_changes
  FROM epoch.columns_of_other_types(of_branch, of_table) AS a;
  compared := epoch.shown_columns(of_branch, of_table, t.columns) || extra;
  in_view := CASE
    WHEN epoch.has_own_columns(of_branch, of_table) THEN epoch.inner_view(of_branch, of_table, b.changed_schema)
    ELSE format('%I.%I', b.changed_schema, t.view_name)
  END;
  key_kept := epoch.key_match(of_table, 'old', 'new');
  is_new := epoch.key_match(of_table, 'target', 'new');
  is_old := epoch.key_match(of_table, 'target', 'old');
  row_checks := epoch.row_checks(of_branch, of_table);
  unique_checks := epoch.unique_checks(of_branch, of_table, in_view);
  same_row := format(
    '%s AND record_image_eq(ROW(%s), ROW(%s))', is_old, epoch.column_list(compared, 'target'),
    epoch.layer_values(of_branch, of_table, compared, 'old'));
  put_row := format(
    $sql$
      INSERT INTO %s AS target (%s) VALUES (%s)
      ON CONFLICT DO NOTHING
      RETURNING %s INTO written;
    $sql$,
    row_table, epoch.column_list(writable) || aside_columns,
    epoch.layer_values(of_branch, of_table, writable, 'new') || aside_values,
    epoch.shown_values(of_branch, of_table, visible, 'target'));
  insert_row := format(
    $sql$
      DELETE FROM %1$s AS target WHERE %2$s;
      IF NOT FOUND AND (%3$s OR EXISTS (SELECT FROM %4$s AS target WHERE %2$s)) THEN
        RAISE EXCEPTION 'duplicate key value violates unique constraint "%%"', %5$L
          USING ERRCODE = 'unique_violation', CONSTRAINT = %5$L, TABLE = %6$L, SCHEMA = %7$L,
            DETAIL = format('Key (%%s)=(%%s) already exists.', %10$L, %11$s), HINT = %12$L;
      END IF;
      %8$s
      %9$s
      IF NOT FOUND THEN
        RAISE EXCEPTION 'duplicate key value violates unique constraint "%%"', %5$L
          USING ERRCODE = 'unique_violation', CONSTRAINT = %5$L, TABLE = %6$L, SCHEMA = %7$L,
            DETAIL = 'Another transaction inserted a row with the same values.', HINT = %12$L;
      END IF;
      RETURN written;
    $sql$,
    tombstones, is_new, epoch.base_has_key(of_branch, of_table, 'new'),
    row_table, key_name, t.table_name, t.schema_name,
    unique_checks, put_row,
    epoch.told_columns(epoch.column_list(t.key_columns)),
    format('concat_ws('', '', %s)', epoch.column_list(t.key_columns, 'new')), epoch.upsert_hint(of_table));
  stale := format(
    $sql$
      SELECT epoch.is_own(target.xmin) INTO own FROM %s AS target WHERE %s;
      IF NOT FOUND OR own THEN
        RETURN NULL;
      END IF;
      RAISE EXCEPTION 'could not serialize access due to concurrent update'
        USING ERRCODE = 'serialization_failure', HINT = 'Run the transaction again.';
    $sql$,
    row_table, is_old);
  -- hide_row: what follows in the braces happens if no entry of the overlay hides the base's row yet
  hide_row := format(
    $sql$
      IF NOT EXISTS (SELECT FROM %1$s AS target WHERE %3$s) AND NOT EXISTS (SELECT FROM %2$s AS target WHERE %3$s) THEN
        INSERT INTO %4$s AS target (epoch_kind, %5$s) VALUES (0, %6$s)
        ON CONFLICT (%5$s) DO UPDATE SET epoch_kind = target.epoch_kind WHERE false;
        IF NOT EXISTS (SELECT FROM %1$s AS target WHERE %3$s) AND NOT EXISTS (SELECT FROM %2$s AS target WHERE %3$s) THEN
    $sql$,
    row_table, tombstones, is_old, working_set,
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

  PERFORM epoch.create_trigger_function(
    epoch.object_of('vi', of_table, of_branch),
    format(
      $body$
        #variable_conflict use_column
        DECLARE
          own boolean;
          removed boolean := false;
          written record;
          epoch_broken text;
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
      epoch.filled_columns(of_branch, of_table, 'INSERT') || row_checks, insert_row,
      remove_row,
      epoch.filled_columns(of_branch, of_table, 'UPDATE') || row_checks,
      key_kept,
      unique_checks,
      row_table,
      (
        SELECT string_agg(
          format('%I = %s', c, CASE
            WHEN has_enums THEN epoch.layer_values(of_branch, of_table, ARRAY[c], 'new')
            ELSE format('%I.%I', 'new', c)
          END), ', ')
        FROM unnest(writable) AS c
      ) || aside_changes, same_row,
      epoch.shown_values(of_branch, of_table, visible, 'target'),
      hide_row, put_row, stale));
END
$function$;

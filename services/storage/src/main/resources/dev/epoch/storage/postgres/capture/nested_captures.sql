-- Captures that come to know of a row too late or out of order. PostgreSQL runs the capture of a statement when the
-- statement ends. A statement that a trigger of the user makes meanwhile (a nested one) is captured before the
-- statement that set it off, and sees rows as that one has left them so far. So captures of nested statements note
-- which images they have made, and the outer capture puts right those of rows that it knows better.
--
-- Settings of the transaction (savepoints take them back together with the entries):
--   epoch.nested       a number that no entry so far exceeds; unset where there is none
--   epoch.open_...     for an operation on a table: epoch.nested as it was when each running statement began, those
--                      that began before it was set left out. They can only be the outermost, so that the capture of
--                      a statement takes away the last number, and reads 0 where there is none.

CREATE UNLOGGED TABLE IF NOT EXISTS epoch.nested_images (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid xid8 NOT NULL,
  table_id text COLLATE "C" NOT NULL,
  image tid NOT NULL,
  imaged boolean NOT NULL,
  net integer NOT NULL
);

COMMENT ON TABLE epoch.nested_images IS 'What nested captures of running transactions did; entries of ended ones mean nothing';
COMMENT ON COLUMN epoch.nested_images.image IS 'Place of the image in the working set of the live table';
COMMENT ON COLUMN epoch.nested_images.imaged IS 'The capture has made the image';
COMMENT ON COLUMN epoch.nested_images.net IS 'How many rows of that key the statement made, less those that it took away';

-- Runs before a statement: it fails on a branch, see guard.sql; else its beginning is noted, if there is anything to tell
-- it from. Updates that triggers make (those of foreign keys among them) always count as beginnings: rows that they have
-- changed may be deleted by another action of a foreign key, whose capture may be the first. A call of this function costs
-- 1 us; a condition of the trigger that says the same would cost 16, since PostgreSQL reads it from its text in each
-- statement. It has no search_path of its own, which would cost as much again and hide the session's: all names in it are
-- qualified.
CREATE OR REPLACE FUNCTION epoch.note_beginning() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF pg_catalog.current_setting('epoch.branch', true) OPERATOR(pg_catalog.<>) ''
    OR pg_catalog.strpos(pg_catalog.current_setting('search_path'), 'epoch_') OPERATOR(pg_catalog.>) 0
  THEN
    PERFORM epoch.refuse_live_write(
      TG_RELID, pg_catalog.current_setting('search_path'), pg_catalog.current_setting('epoch.branch', true));
  END IF;
  IF pg_catalog.current_setting('epoch.nested', true) OPERATOR(pg_catalog.<>) '' THEN
    PERFORM pg_catalog.set_config(
      TG_ARGV[0],
      pg_catalog.concat(
        pg_catalog.current_setting(TG_ARGV[0], true), ' ', pg_catalog.current_setting('epoch.nested', true)),
      true);
  ELSIF TG_OP OPERATOR(pg_catalog.=) 'UPDATE' AND pg_catalog.pg_trigger_depth() OPERATOR(pg_catalog.>) 1 THEN
    PERFORM pg_catalog.set_config('epoch.nested', '0', true), pg_catalog.set_config(TG_ARGV[0], ' 0', true);
  END IF;
  RETURN NULL;
END
$$;

-- What epoch.nested was when the innermost running statement began, which ends now.
CREATE OR REPLACE FUNCTION epoch.end_statement(setting text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  beginnings text := current_setting(setting, true);
BEGIN
  IF beginnings <> '' THEN
    PERFORM set_config(setting, regexp_replace(beginnings, ' \d+$', ''), true);
    RETURN substring(beginnings FROM '\d+$')::bigint;
  END IF;
  RETURN 0;
END
$$;

-- Whether the end of an operation on a table must be noted for a statement that ends later: one that is nested where
-- triggers can set off writes while rows of the table are being written, and deletes by actions of foreign keys
-- where others may have updated the rows before.
CREATE OR REPLACE FUNCTION epoch.must_be_noted(operation text, on_table regclass, is_nested boolean) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT is_nested AND EXISTS (
    SELECT
    FROM epoch.written_tables(coalesce(pg_partition_root(on_table), on_table)) AS w
    JOIN pg_trigger AS g ON g.tgrelid = w
    JOIN pg_proc AS p ON p.oid = g.tgfoid
    WHERE p.pronamespace <> 'epoch'::regnamespace
      AND NOT (g.tgisinternal AND p.proname ~ '^RI_FKey_(check|noaction|restrict)_')
  ) OR operation = 'DELETE' AND epoch.is_updated_by_references(on_table)
$$;

-- Whether actions of foreign keys update the table.
CREATE OR REPLACE FUNCTION epoch.is_updated_by_references(on_table regclass) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT
    FROM pg_constraint AS f
    WHERE f.conrelid = on_table AND f.contype = 'f'
      AND (f.confupdtype IN ('c', 'n', 'd') OR f.confdeltype IN ('n', 'd'))
  )
$$;

-- Forgets ended transactions, where no waiting and no serialization failure can come of it.
CREATE OR REPLACE FUNCTION epoch.forget_nested_images() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  DELETE FROM epoch.nested_images
  WHERE current_setting('transaction_isolation') = 'read committed'
    AND id = ANY (ARRAY(
      SELECT e.id
      FROM epoch.nested_images AS e
      WHERE e.xid < pg_snapshot_xmin(pg_current_snapshot())
      LIMIT 10000
      FOR UPDATE SKIP LOCKED
    ))
$$;

-- The keys that a statement took away (-1) and made (1), as a subquery.
CREATE OR REPLACE FUNCTION epoch.keys_written(of_table text, operation text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT concat_ws(
    ' UNION ALL ',
    CASE WHEN operation <> 'INSERT' THEN format('SELECT -1 AS epoch_kind, %s FROM old_rows', keys) END,
    CASE WHEN operation <> 'DELETE' THEN format('SELECT 1 AS epoch_kind, %s FROM new_rows', keys) END)
  FROM epoch.tables AS t, epoch.column_list(t.key_columns) AS keys
  WHERE t.table_id = of_table
$$;

-- Expression for the text of an INSERT that keeps kind 0 of keys which an update made and which were not there before:
-- existed before = exists now + times taken away - times made. Where actions of foreign keys update rows that the
-- statement has changed already, what the statement made is among the old rows, too.
CREATE OR REPLACE FUNCTION epoch.keep_made_keys(of_table text, working_set text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    '%L || TG_RELID::regclass || %L',
    format(
      'INSERT INTO epoch.%I (epoch_kind, %s) SELECT 0, %2$s FROM (%s) AS mine GROUP BY %2$s '
      'HAVING sum(epoch_kind) >= (SELECT count(*) FROM ',
      working_set, epoch.column_list(t.key_columns), epoch.keys_written(of_table, 'UPDATE')),
    format(' AS live WHERE %s) ON CONFLICT DO NOTHING', epoch.key_match(of_table, 'live', 'mine')))
  FROM epoch.tables AS t
  WHERE t.table_id = of_table
$$;

-- Statement that puts right images which others have made since the statement began (entries above $1, up to $2), of
-- rows that the statement has written. A row among the old ones was there before, the first one if there are more. A key
-- that is only among the new ones may have had a row that a nested statement took away first: numbers tell, as in
-- epoch.keep_made_keys. The name of the table is to be put between the two parts.
CREATE OR REPLACE FUNCTION epoch.put_right(of_table text, working_set text, operation text) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT ARRAY[
    format(
      $sql$
        WITH noted AS (
          SELECT e.image, sum(e.net) AS net
          FROM epoch.nested_images AS e
          WHERE e.id > $1 AND e.id <= $2 AND e.xid = pg_current_xact_id() AND e.table_id = %1$L
          GROUP BY e.image
          HAVING bool_or(e.imaged)
        ), former AS (
          %2$s
        ), mine AS (
          SELECT -1 AS epoch_kind, epoch_index, %3$s FROM former
          %4$s
        ), touched AS (
          SELECT
            known.ctid AS epoch_image, noted.net + sum(mine.epoch_kind) AS epoch_kind,
            min(mine.epoch_index) AS epoch_index, %5$s
          FROM noted
          JOIN epoch.%6$I AS known ON known.ctid = noted.image
          JOIN mine ON %7$s
          GROUP BY known.ctid, noted.net, %5$s
        ), judged AS (
          SELECT epoch_image, epoch_index, epoch_kind < (SELECT count(*) FROM
      $sql$,
      of_table,
      CASE operation
        WHEN 'INSERT' THEN format(
          'SELECT NULL::bigint AS epoch_index, %s FROM epoch.%I WHERE false',
          epoch.column_list(captured), working_set)
        ELSE format('SELECT row_number() OVER () AS epoch_index, %s FROM old_rows', epoch.column_list(captured))
      END,
      epoch.column_list(t.key_columns),
      CASE
        WHEN operation <> 'DELETE' THEN
          format('UNION ALL SELECT 1, NULL, %s FROM new_rows', epoch.column_list(t.key_columns))
      END,
      epoch.column_list(t.key_columns, 'known'),
      working_set,
      epoch.key_match(of_table, 'known', 'mine')),
    format(
      $sql$
          AS live WHERE %1$s) AS existed
          FROM touched
        ), righted AS (
          UPDATE epoch.%2$I AS known
          SET epoch_kind = CASE WHEN existed THEN 1 ELSE 0 END, %3$s
          FROM judged
          LEFT JOIN former ON former.epoch_index = judged.epoch_index AND existed
          WHERE known.ctid = epoch_image AND (NOT existed OR former.epoch_index IS NOT NULL)
          RETURNING epoch_image AS wrong, known.ctid AS image
        )
        UPDATE epoch.nested_images AS e
        SET image = righted.image
        FROM righted
        WHERE e.id > $1 AND e.xid = pg_current_xact_id() AND e.table_id = %4$L AND e.image = righted.wrong
      $sql$,
      epoch.key_match(of_table, 'live', 'touched'),
      working_set,
      (
        SELECT string_agg(
          CASE
            WHEN c = ANY (t.key_columns) THEN format('%1$I = coalesce(former.%1$I, known.%1$I)', c)
            ELSE format('%1$I = former.%1$I', c)
          END, ', ')
        FROM unnest(captured) AS c
      ),
      of_table)
  ]
  FROM epoch.tables AS t
  CROSS JOIN epoch.captured_columns(of_table, working_set) AS captured
  WHERE t.table_id = of_table
$$;

-- Statements of a capture function for one operation, in which is_noted, began and latest are known.
CREATE OR REPLACE FUNCTION epoch.capture_nested_operation(
  of_table text, working_set text, operation text, key_may_change text
) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
  t epoch.tables;
  right_parts text[] := epoch.put_right(of_table, working_set, operation);
  note text := format(
    'INSERT INTO epoch.nested_images (xid, table_id, image, imaged, net) '
    'SELECT pg_current_xact_id(), %L, kept.image, true, 0 FROM kept WHERE ',
    of_table);
  insertion text := format(
    'WITH kept AS (INSERT INTO epoch.%I (epoch_kind, %%1$s) SELECT %%2$s, %%3$s FROM %%4$I '
    'ON CONFLICT DO NOTHING RETURNING ctid AS image) %s is_noted;',
    working_set, note);
  keep_old text;
  keep_new text;
  captured text[] := epoch.captured_columns(of_table, working_set);
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  keep_old := format(
    insertion, epoch.column_list(captured), 1, epoch.column_list(captured, 'old_rows'), 'old_rows');
  keep_new := format(
    insertion, epoch.column_list(t.key_columns), 0, epoch.column_list(t.key_columns, 'new_rows'), 'new_rows');
  RETURN concat(
    CASE operation
      WHEN 'INSERT' THEN keep_new
      WHEN 'DELETE' THEN keep_old
      ELSE format(
        $body$
          IF %1$s THEN
            IF epoch.is_updated_by_references(TG_RELID) THEN
              EXECUTE 'WITH kept AS (' || %2$s || %3$L USING is_noted;
            END IF;
          END IF;
          %4$s
          IF %1$s THEN
            %5$s
          END IF;
        $body$,
        key_may_change, epoch.keep_made_keys(of_table, working_set),
        ' RETURNING ctid AS image) ' || note || '$1', keep_old, keep_new)
    END,
    format(
      $body$
        IF latest > began THEN
          former_setting := current_setting('enable_nestloop');
          IF latest - began > 1000 THEN
            PERFORM set_config('enable_nestloop', 'off', true);
          END IF;
          EXECUTE %1$L || TG_RELID::regclass || %2$L USING began, latest;
          PERFORM set_config('enable_nestloop', former_setting, true);
        END IF;
        IF %3$s THEN
          EXECUTE %4$L;
        END IF;
      $body$,
      right_parts[1], right_parts[2],
      CASE operation WHEN 'UPDATE' THEN key_may_change ELSE 'true' END,
      format(
        'INSERT INTO epoch.nested_images (xid, table_id, image, imaged, net) '
        'SELECT pg_current_xact_id(), %L, known.ctid, false, sum(mine.epoch_kind) '
        'FROM (%s) AS mine JOIN epoch.%I AS known ON %s '
        'GROUP BY known.ctid HAVING sum(mine.epoch_kind) <> 0',
        of_table, epoch.keys_written(of_table, operation), working_set,
        epoch.key_match(of_table, 'known', 'mine'))));
END
$function$;

-- Statements of a capture function that capture an operation, and return, where there is more to do than usually.
CREATE OR REPLACE FUNCTION epoch.capture_nested(
  of_table text, working_set text, key_may_change text
) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    $body$
      IF TG_OP <> 'TRUNCATE' AND (pg_trigger_depth() > 1 OR current_setting('epoch.nested', true) <> '') THEN
        began := epoch.end_statement(TG_ARGV[0]);
        is_noted := epoch.must_be_noted(TG_OP, TG_RELID, pg_trigger_depth() > 1);
        latest := coalesce(nullif(current_setting('epoch.nested', true), ''), '0')::bigint;
        IF is_noted OR latest > began THEN
          IF is_noted AND latest = 0 THEN
            PERFORM epoch.forget_nested_images();
          END IF;
          IF TG_OP = 'UPDATE' THEN
            %1$s
          ELSIF TG_OP = 'INSERT' THEN
            %2$s
          ELSE
            %3$s
          END IF;
          -- not max(id): the reading would be a reason for serialization failures
          PERFORM set_config(
            'epoch.nested', nextval(pg_get_serial_sequence('epoch.nested_images', 'id'))::text, true);
          RETURN NULL;
        END IF;
      END IF;
    $body$,
    epoch.capture_nested_operation(of_table, working_set, 'UPDATE', key_may_change),
    epoch.capture_nested_operation(of_table, working_set, 'INSERT', key_may_change),
    epoch.capture_nested_operation(of_table, working_set, 'DELETE', key_may_change))
$$;

-- Puts the trigger before statements of one operation on one table. What triggers of the user write before a statement
-- is taken for nested, whichever runs first: PostgreSQL refuses to update or delete a row that they have written, and
-- of keys that they have freed for inserted rows the numbers tell.
CREATE OR REPLACE FUNCTION epoch.create_beginning_trigger(
  operation text, on_table regclass, setting text
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER %I BEFORE %s ON %s '
    'FOR EACH STATEMENT EXECUTE FUNCTION epoch.note_beginning(%L)',
    'epoch_capture_before_' || lower(operation), operation, on_table, setting);
END
$$;

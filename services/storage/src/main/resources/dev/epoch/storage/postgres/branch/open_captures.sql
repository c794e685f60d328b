-- Capture of open tables: their changes go into working sets of their own.

ALTER TABLE epoch.tables ADD COLUMN IF NOT EXISTS open_capture text;

COMMENT ON COLUMN epoch.tables.open_capture IS 'Body of the function that captures open tables of branches';

-- The next value of an identity column, for whoever may insert rows: such a column asks for no right on its sequence.
CREATE OR REPLACE FUNCTION epoch.identity_value(identity_sequence regclass) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_depend AS d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = identity_sequence AND d.deptype = 'i'
      AND epoch.registration_of(d.refobjid) IS NOT NULL
  ) THEN
    RAISE EXCEPTION '% is not the sequence of an identity column of a versioned table', identity_sequence
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN nextval(identity_sequence);
END
$$;

-- Like epoch.note_beginning, for statements on open tables.
CREATE OR REPLACE FUNCTION epoch.note_beginning_on_branch() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
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

-- Makes the function and the triggers that capture an open table.
CREATE OR REPLACE FUNCTION epoch.capture_open(of_branch text, of_table text, open_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  operation text;
  capture text := epoch.object_of('oc', of_table, of_branch);
BEGIN
  PERFORM epoch.create_open_capture(of_branch, of_table);
  PERFORM epoch.create_row_triggers(of_table, open_table::regclass, capture);
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER epoch_capture_key AFTER UPDATE ON %s '
    'FOR EACH ROW WHEN ((%s) IS NOT TRUE) EXECUTE FUNCTION epoch.note_key_change()',
    open_table, (
      SELECT string_agg(format('old.%I %s new.%1$I', a.attname, epoch.equality(a.atttypid)), ' AND ' ORDER BY a.attnum)
      FROM epoch.tables AS t
      JOIN epoch.open_columns AS o ON o.branch_id = of_branch AND o.table_id = of_table
      JOIN epoch.table_columns AS k ON k.table_id = of_table AND k.column_id = o.column_id AND k.name = ANY (t.key_columns)
      JOIN pg_attribute AS a ON a.attrelid = open_table::regclass AND a.attnum = o.number
      WHERE t.table_id = of_table
    ));
  FOREACH operation IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
    EXECUTE format(
      'CREATE OR REPLACE TRIGGER %I BEFORE %s ON %s '
      'FOR EACH STATEMENT EXECUTE FUNCTION epoch.note_beginning_on_branch(%L)',
      'epoch_capture_before_' || lower(operation), operation, open_table,
      format('epoch.open_%s_%s', lower(operation), left(md5(open_table::regclass::text), 16)));
  END LOOP;
END
$$;

-- What stands for the working set in the capture function of open tables, as it is kept.
CREATE OR REPLACE FUNCTION epoch.open_working_set(of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT t.label || '__o_' || t.table_id FROM epoch.tables AS t WHERE t.table_id = of_table
$$;

-- Keeps the body of the function that captures open tables: to make it takes longer than to open a small table.
CREATE OR REPLACE FUNCTION epoch.make_open_capture(of_table text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  UPDATE epoch.tables
  SET open_capture = epoch.row_capture_body(of_table, epoch.open_working_set(of_table), epoch.waits_at_key(of_table))
  WHERE table_id = of_table AND NOT append_only
$$;

-- Makes the function that captures an open table. It names the key's columns, as they are called there, and no others.
CREATE OR REPLACE FUNCTION epoch.create_open_capture(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $$
DECLARE
  capture text := epoch.object_of('oc', of_table, of_branch);
  keys text;
  rows_name text;
  body text;
BEGIN
  SELECT t.open_capture INTO body FROM epoch.tables AS t WHERE t.table_id = of_table;
  IF body IS NULL THEN
    PERFORM epoch.make_open_capture(of_table);
    SELECT t.open_capture INTO body FROM epoch.tables AS t WHERE t.table_id = of_table;
  END IF;
  body := replace(
    body, quote_ident(epoch.open_working_set(of_table)), quote_ident(epoch.object_of('o', of_table, of_branch)));
  SELECT string_agg(format('%I AS %I', o.name, k.name), ', ') INTO keys
  FROM epoch.tables AS t
  JOIN epoch.open_columns AS o ON o.branch_id = of_branch AND o.table_id = of_table
  JOIN epoch.table_columns AS k ON k.table_id = of_table AND k.column_id = o.column_id AND k.name = ANY (t.key_columns)
  WHERE t.table_id = of_table
  HAVING bool_or(o.name <> k.name);
  IF keys IS NULL THEN
    PERFORM epoch.create_trigger_function(capture, body);
    RETURN;
  END IF;
  keys := replace(keys, '''', '''''');
  FOREACH rows_name IN ARRAY ARRAY['old_rows', 'new_rows'] LOOP
    body := regexp_replace(
      body, format('FROM ("%1$s"|%1$s)(?![''\w])', rows_name),
      replace(format('FROM (SELECT %s FROM "%s") AS "%2$s"', keys, rows_name), '\', '\\'), 'g');
  END LOOP;
  body := replace(body, '|| TG_RELID::regclass ||', format('|| epoch.open_rows(%L, %L) || '' AS x'' ||', of_branch, of_table));
  PERFORM epoch.create_trigger_function(capture, body);
END
$$;

-- Runs at the end of each ALTER TABLE of an open table, where Epoch's role may have an event trigger.
CREATE OR REPLACE FUNCTION epoch.note_open_alteration(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place epoch.branch_tables;
  lost text;
BEGIN
  SELECT * INTO STRICT place FROM epoch.branch_tables WHERE branch_id = of_branch AND table_id = of_table;
  SELECT o.name INTO lost
  FROM epoch.open_columns AS o
  JOIN epoch.tables AS t ON t.table_id = o.table_id
  LEFT JOIN epoch.live_columns(to_regclass(place.open_relation)) AS c ON c.number = o.number
  WHERE o.branch_id = of_branch AND o.table_id = of_table
    AND epoch.layer_of(of_table, o.column_id, o.type, o.collation_clause) = ANY (t.key_columns)
    AND (c.type, c.collation_clause) IS DISTINCT FROM (o.type, o.collation_clause)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'Column % tells the rows of % apart: it stays, with its type', lost, place.open_relation
      USING ERRCODE = 'EP002', HINT = 'Change it on the live table, or make another table.';
  END IF;
  IF EXISTS (
    SELECT
    FROM epoch.open_columns AS o
    JOIN epoch.tables AS t ON t.table_id = o.table_id
    JOIN epoch.live_columns(to_regclass(place.open_relation)) AS c ON c.number = o.number AND c.name <> o.name
    WHERE o.branch_id = of_branch AND o.table_id = of_table
      AND epoch.layer_of(of_table, o.column_id, o.type, o.collation_clause) = ANY (t.key_columns)
  ) THEN
    UPDATE epoch.open_columns AS o SET name = c.name
    FROM epoch.live_columns(to_regclass(place.open_relation)) AS c
    WHERE o.branch_id = of_branch AND o.table_id = of_table AND c.number = o.number;
    UPDATE epoch.branch_tables AS p SET open_rows = epoch.open_projection(of_branch, of_table)
    WHERE p.branch_id = of_branch AND p.table_id = of_table;
    PERFORM epoch.create_open_capture(of_branch, of_table);
  END IF;
END
$$;

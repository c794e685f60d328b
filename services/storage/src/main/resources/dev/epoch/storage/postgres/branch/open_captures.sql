-- Capture of open tables: their changes go into working sets of their own.

ALTER TABLE epoch.tables DROP COLUMN IF EXISTS open_capture;
ALTER TABLE epoch.branch_tables ADD COLUMN IF NOT EXISTS touched_keys text;

COMMENT ON COLUMN epoch.branch_tables.touched_keys IS 'Query for the keys that were written in the open table, each once';

-- The next value of an identity column, for whoever may insert rows: such a column asks for no right on its sequence.
CREATE OR REPLACE FUNCTION epoch.identity_value(identity_sequence regclass) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_depend AS d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = identity_sequence AND d.deptype = 'i'
      AND epoch.registration_of(d.refobjid) IS NOT NULL
  ) AND NOT epoch.is_identity_of_branches(identity_sequence) AND NOT EXISTS (
    SELECT FROM epoch.branch_sequences AS q WHERE q.own = identity_sequence::text AND q.of_identity
  ) THEN
    RAISE EXCEPTION '% is not the sequence of an identity column of a versioned table', identity_sequence
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN nextval(identity_sequence);
END
$$;

-- Makes the function and the triggers that capture an open table.
CREATE OR REPLACE FUNCTION epoch.capture_open(of_branch text, of_table text, open_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  capture text := epoch.object_of('oc', of_table, of_branch);
BEGIN
  IF epoch.is_schema_only(of_branch) THEN
    RETURN;
  END IF;
  PERFORM epoch.create_touched_keys(of_branch, of_table);
  PERFORM epoch.create_open_capture(of_branch, of_table, open_table::regclass);
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
END
$$;

-- The columns of an open table's key with the names that they have now, and in the layers.
CREATE OR REPLACE FUNCTION epoch.open_key(of_branch text, of_table text, open_table regclass)
RETURNS TABLE (number integer, name text, layer text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT o.number, a.attname::text, k.name
  FROM epoch.tables AS t
  JOIN epoch.open_columns AS o ON o.branch_id = of_branch AND o.table_id = t.table_id
  JOIN epoch.table_columns AS k ON k.table_id = t.table_id AND k.column_id = o.column_id AND k.name = ANY (t.key_columns)
  JOIN pg_attribute AS a ON a.attrelid = open_table AND a.attnum = o.number AND NOT a.attisdropped
  WHERE t.table_id = of_table
$$;

-- A relation with the key of an open table's rows, for behind FROM. Whoever renames a column of the key says so to nobody:
-- this runs when the text is made.
CREATE OR REPLACE FUNCTION epoch.open_keys(of_branch text, of_table text, open_table regclass) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $$
  SELECT format('(SELECT %s FROM %s)', string_agg(format('%I AS %I', k.name, k.layer), ', ' ORDER BY k.number), open_table)
  FROM epoch.open_key(of_branch, of_table, open_table) AS k
$$;

-- Statement that captures keys of a transition table of an open table from which columns were dropped since.
CREATE OR REPLACE FUNCTION epoch.capture_open_left(
  of_branch text, of_table text, open_table regclass, rows_name text
) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $$
DECLARE
  keys integer := (SELECT cardinality(t.key_columns) FROM epoch.tables AS t WHERE t.table_id = of_table);
BEGIN
  IF (SELECT count(*) FROM epoch.open_key(of_branch, of_table, open_table)) < keys THEN
    RAISE EXCEPTION 'A column that tells the rows of % apart was dropped', open_table
      USING ERRCODE = 'EP002', HINT = 'Undo that: it stays.';
  END IF;
  RETURN (
    SELECT format(
      'INSERT INTO epoch.%I (%s) SELECT %s FROM %I ON CONFLICT DO NOTHING',
      epoch.object_of('o', of_table, of_branch), string_agg(format('%I', k.layer), ', ' ORDER BY k.number),
      string_agg(format('%I', k.name), ', ' ORDER BY k.number), rows_name)
    FROM epoch.open_key(of_branch, of_table, open_table) AS k);
END
$$;

-- Statements of the capture function for that case: only as long as nobody has looked at the table.
CREATE OR REPLACE FUNCTION epoch.when_columns_went(of_branch text, of_table text, columns smallint[]) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    $went$
      IF TG_OP <> 'TRUNCATE' AND num_nulls(VARIADIC ARRAY[%1$s]) > 0 THEN
        IF TG_OP IN ('UPDATE', 'DELETE') THEN
          EXECUTE epoch.capture_open_left(%2$L, %3$L, TG_RELID, 'old_rows');
        END IF;
        IF TG_OP IN ('UPDATE', 'INSERT') THEN
          EXECUTE epoch.capture_open_left(%2$L, %3$L, TG_RELID, 'new_rows');
        END IF;
        RETURN NULL;
      END IF;
    $went$,
    string_agg(format('has_column_privilege(TG_RELID, %s::smallint, ''SELECT'')', c), ', ' ORDER BY c), of_branch, of_table)
  FROM unnest(columns) AS c
$$;

-- Makes the function that captures an open table: the keys of rows that went, and of those that came by an insert or with
-- another key. It knows the key's columns by their place, whatever they are called, and no others: new ones come behind, and
-- that columns before them went is looked for (epoch.columns_by_place is the same for live tables).
CREATE OR REPLACE FUNCTION epoch.create_open_capture(of_branch text, of_table text, open_table regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $$
DECLARE
  t epoch.tables;
  working_set text := epoch.object_of('o', of_table, of_branch);
  keys text;
  places smallint[];
  rows_name text;
  body text;
BEGIN
  IF epoch.is_schema_only(of_branch) THEN
    RETURN;
  END IF;
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  SELECT string_agg(format('r."epoch:%s" AS %I', k.number, k.layer), ', ' ORDER BY k.number) INTO keys
  FROM epoch.open_key(of_branch, of_table, open_table) AS k
  -- such a name cannot stand in a text in a text
  HAVING NOT bool_or(k.layer ~ $re$['\\]$re$);
  places := CASE WHEN keys IS NULL THEN '{}' ELSE ARRAY(
    SELECT a.attnum FROM pg_attribute AS a
    WHERE a.attrelid = open_table AND NOT a.attisdropped
      AND a.attnum BETWEEN 1 AND (SELECT max(k.number) FROM epoch.open_key(of_branch, of_table, open_table) AS k)
    ORDER BY a.attnum) END;
  body := format(
    $body$
      #variable_conflict use_column
      DECLARE
        former_setting text;
        is_full boolean;
      BEGIN
        %1$s
        IF TG_OP = 'TRUNCATE' THEN
          IF current_setting('transaction_isolation') <> 'read committed' THEN
            RAISE EXCEPTION 'TRUNCATE of a versioned table needs a READ COMMITTED transaction'
              USING ERRCODE = 'feature_not_supported',
                DETAIL = 'It removes rows that the snapshot of this transaction may not see.',
                HINT = 'Use DELETE, or BEGIN ISOLATION LEVEL READ COMMITTED.';
          END IF;
          EXECUTE %2$L || epoch.open_keys(%3$L, %4$L, TG_RELID) || ' AS x ON CONFLICT DO NOTHING';
          RETURN NULL;
        END IF;
        IF TG_OP <> 'INSERT' THEN
          %5$s
        END IF;
        IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND current_setting('epoch.key_changed', true) = 'on' THEN
          %6$s
        END IF;
        RETURN NULL;
      END
    $body$,
    epoch.when_columns_went(of_branch, of_table, nullif(places, '{}')),
    format('INSERT INTO epoch.%I (%s) SELECT %2$s FROM ', working_set, epoch.column_list(t.key_columns)),
    of_branch, of_table, epoch.touch_keys(of_table, working_set, 'old_rows'),
    epoch.touch_keys(of_table, working_set, 'new_rows'));
  IF keys IS NOT NULL THEN
    FOREACH rows_name IN ARRAY ARRAY['old_rows', 'new_rows'] LOOP
      body := regexp_replace(
        body, format('FROM "%1$s"(?!\w)', rows_name),
        format(
          'FROM (SELECT %s FROM "%s" AS r (%s)) AS "%2$s"', keys, rows_name,
          (SELECT string_agg(format('"epoch:%s"', c), ', ' ORDER BY c) FROM unnest(places) AS c)), 'g');
    END LOOP;
  END IF;
  PERFORM epoch.create_trigger_function(epoch.object_of('oc', of_table, of_branch), body);
  UPDATE epoch.branch_tables AS p SET touched_keys = epoch.touched_keys(of_branch, of_table)
  WHERE p.branch_id = of_branch AND p.table_id = of_table;
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
    PERFORM epoch.create_open_capture(of_branch, of_table, place.open_relation::regclass);
  END IF;
END
$$;

-- Capture of open tables: their changes go into working sets of their own.

ALTER TABLE epoch.tables DROP COLUMN IF EXISTS open_capture;
ALTER TABLE epoch.branch_tables ADD COLUMN IF NOT EXISTS touched_keys text;

COMMENT ON COLUMN epoch.branch_tables.touched_keys IS 'Query for the keys that were written in the open table, each once';

-- The next value of an identity column, for whoever may insert rows: such a column asks for no right on its sequence.
CREATE OR REPLACE FUNCTION epoch.identity_value(identity_sequence regclass) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
  given bigint;
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
  given := nextval(identity_sequence);
  PERFORM set_config('epoch.identity_given', given::text, true);
  RETURN given;
END
$$;

-- Refuses values for columns of an open table that are GENERATED ALWAYS AS IDENTITY on live: here they have a default.
CREATE OR REPLACE FUNCTION epoch.keep_identities(of_branch text, of_table text, open_table regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  kept record;
BEGIN
  FOR kept IN
    SELECT a.attname
    FROM epoch.tables AS t
    JOIN epoch.open_columns AS o ON o.branch_id = of_branch AND o.table_id = t.table_id
    JOIN pg_attribute AS a ON a.attrelid = open_table AND a.attnum = o.number
    JOIN epoch.table_columns AS k ON k.table_id = t.table_id AND k.column_id = o.column_id AND k.number IS NOT NULL
    JOIN pg_attribute AS live ON live.attrelid = epoch.users_table(of_table) AND live.attnum = k.number AND live.attidentity = 'a'
    -- others may be dropped on the branch, and a trigger keeps its columns
    WHERE t.table_id = of_table AND k.name = ANY (t.key_columns)
  LOOP
    EXECUTE format(
      'CREATE TRIGGER epoch_capture_given BEFORE INSERT ON %1$s FOR EACH ROW '
      'WHEN (NEW.%2$I::text IS DISTINCT FROM pg_catalog.current_setting(''epoch.identity_given'', true)) '
      'EXECUTE FUNCTION epoch.refuse_given_identity(%2$L)',
      open_table, kept.attname);
    EXECUTE format(
      'CREATE TRIGGER epoch_capture_kept BEFORE UPDATE OF %2$I ON %1$s FOR EACH STATEMENT '
      'EXECUTE FUNCTION epoch.refuse_given_identity(%2$L)',
      open_table, kept.attname);
  END LOOP;
END
$$;

-- Runs where an identity column is given a value; the server's own sessions may, and who says OVERRIDING SYSTEM VALUE, or copies.
CREATE OR REPLACE FUNCTION epoch.refuse_given_identity() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  statements text;
BEGIN
  GET DIAGNOSTICS statements = PG_CONTEXT;
  statements := concat_ws(' ', statements, current_query());
  IF current_setting('epoch.branch', true) = 'live' THEN
    RETURN NEW;
  ELSIF TG_OP = 'UPDATE' THEN
    IF statements ~* '=\s*default\M' THEN
      RETURN NULL;
    END IF;
    RAISE EXCEPTION 'column "%" can only be updated to DEFAULT', TG_ARGV[0]
      USING ERRCODE = '428C9', COLUMN = TG_ARGV[0],
        DETAIL = format('Column "%s" is an identity column defined as GENERATED ALWAYS.', TG_ARGV[0]);
  ELSIF statements ~* '\moverriding\s+(system|user)\s+value\M|\mcopy\M.*\mfrom\M' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'cannot insert a non-DEFAULT value into column "%"', TG_ARGV[0]
    USING ERRCODE = '428C9', COLUMN = TG_ARGV[0],
      DETAIL = format('Column "%s" is an identity column defined as GENERATED ALWAYS.', TG_ARGV[0]),
      HINT = 'Use OVERRIDING SYSTEM VALUE to override.';
END
$$;

-- Makes the function and the triggers that capture an open table.
CREATE OR REPLACE FUNCTION epoch.capture_open(of_branch text, of_table text, open_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  capture text := epoch.object_of('oc', of_table, of_branch);
  -- a note of another registration, as of a table before it was renamed, says nothing of this one
  is_whole boolean := epoch.capture_problem_at(open_table::regclass) IS NULL OR NOT EXISTS (
    SELECT FROM epoch.captures AS n
    WHERE n.relation = open_table::regclass AND n.table_id = of_table AND n.branch_id = of_branch);
BEGIN
  IF epoch.is_schema_only(of_branch) THEN
    RETURN;
  END IF;
  PERFORM epoch.create_touched_keys(of_branch, of_table);
  PERFORM epoch.create_open_capture(of_branch, of_table, open_table::regclass);
  PERFORM epoch.create_row_triggers(of_table, open_table::regclass, capture);
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER epoch_capture_key AFTER UPDATE OF %s ON %s '
    'FOR EACH ROW WHEN ((%s) IS NOT TRUE) EXECUTE FUNCTION epoch.note_key_change()',
    k.names, open_table, k.same)
  FROM (
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
      string_agg(format('old.%I %s new.%1$I', a.attname, epoch.equality(a.atttypid)), ' AND ' ORDER BY a.attnum)
    FROM epoch.open_key(of_branch, of_table, open_table::regclass) AS o
    JOIN pg_attribute AS a ON a.attrelid = open_table::regclass AND a.attnum = o.number
  ) AS k (names, same);
  PERFORM epoch.note_capture(of_table, of_branch, open_table::regclass, is_whole);
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

-- Whether no UPDATE gives rows other keys without a word about a column of the key. Statements of capture functions ask: marked
-- so that they are planned with the answer. Whoever gives the table a trigger or alters it has them planned anew.
CREATE OR REPLACE FUNCTION epoch.keeps_keys(relation oid, places smallint[]) RETURNS boolean
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT epoch.keeps_keys_now(relation, places)
$$;

-- The same, as things are: volatile, for a snapshot of its own. One of the whole transaction may be too old to tell.
CREATE OR REPLACE FUNCTION epoch.keeps_keys_now(relation oid, places smallint[]) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN current_setting('transaction_isolation') = 'read committed'
    AND NOT EXISTS (
      -- for each row, before it, of updates
      SELECT FROM pg_trigger AS g WHERE g.tgrelid = relation AND NOT g.tgisinternal AND g.tgtype & 19 = 19
    )
    AND NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attnum = ANY (places) AND a.attgenerated <> '');
END
$$;

-- The capture function of an open table knows the key's columns by their place, whatever they are called, and no others: new
-- ones come behind, and that columns before them went is looked for (epoch.columns_by_place is the same for live tables).
--
-- It is made for statements that write one row: each expression costs them a hundredth of an UPDATE, and a setting of the
-- function's five. So it has no search_path of its own, though it runs with Epoch's rights: every function, operator and type
-- in it has its schema, and nothing in it looks for an operator by its name (IS DISTINCT FROM, IN, NULLIF, BETWEEN).
-- Relations of old and new keys are given as texts for behind FROM.

-- Statements that note each key of a statement's rows by itself, up to 32 where there are arrays. They end the function where
-- that was all: after TRUNCATE, or where columns went that stood before those of the key.
CREATE OR REPLACE FUNCTION epoch.touch_few(
  of_branch text, of_table text, working_set text, open_table regclass, places smallint[], old_keys text, new_keys text
) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    $sql$
      IF TG_OP OPERATOR(pg_catalog.=) 'UPDATE' AND TG_RELID OPERATOR(pg_catalog.=) %1$s AND NOT (%2$s)
        AND coalesce(pg_catalog.current_setting('epoch.key_changed', true), '') OPERATOR(pg_catalog.<>) 'on'
      THEN
        %3$s (SELECT * FROM %4$s AS o UNION ALL SELECT * FROM %5$s AS n
          WHERE NOT epoch.keeps_keys(%1$s, %6$L) AND NOT EXISTS (SELECT FROM %4$s AS o WHERE %7$s)) AS x %8$s;
      ELSIF TG_OP OPERATOR(pg_catalog.=) 'INSERT' AND NOT (%2$s) THEN
        %3$s %5$s AS x %8$s;
      ELSIF TG_OP OPERATOR(pg_catalog.=) 'DELETE' AND NOT (%2$s) THEN
        %3$s %4$s AS x %8$s;
      ELSIF TG_OP OPERATOR(pg_catalog.=) 'UPDATE' AND NOT (%2$s) THEN
        %3$s (SELECT * FROM %4$s AS o UNION ALL SELECT * FROM %5$s AS n
          WHERE NOT EXISTS (SELECT FROM %4$s AS o WHERE %7$s)) AS x %8$s;
      ELSIF TG_OP OPERATOR(pg_catalog.=) 'TRUNCATE' THEN
        %9$s
      ELSE
        %10$s
      END IF;
    $sql$,
    open_table::oid,
    (
      SELECT string_agg(
        format('pg_catalog.has_column_privilege(TG_RELID, %s::smallint, ''SELECT'') IS NULL', c), ' OR ' ORDER BY c)
      FROM unnest(places) AS c
    ),
    format(
      'INSERT INTO epoch.%I (%s) SELECT %s FROM',
      working_set, epoch.column_list(t.key_columns), epoch.column_list(t.key_columns, 'x')),
    old_keys, new_keys, places, epoch.key_match(of_table, 'n', 'o'),
    CASE WHEN epoch.key_arrays(working_set) IS NULL THEN 'ON CONFLICT DO NOTHING' ELSE 'LIMIT 32' END,
    epoch.touch_emptied(of_branch, of_table, working_set), epoch.touch_left(of_branch, of_table))
  FROM epoch.tables AS t
  WHERE t.table_id = of_table
$$;

-- Statements that note the keys of a statement's rows in arrays, and count them.
CREATE OR REPLACE FUNCTION epoch.touch_many(of_table text, working_set text, places smallint[], old_keys text, new_keys text)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    $sql$
      IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        WITH written AS (%1$s RETURNING epoch_count) SELECT pg_catalog.sum(epoch_count) INTO noted FROM written;
      ELSE
        WITH written AS (%2$s RETURNING epoch_count) SELECT pg_catalog.sum(epoch_count) INTO noted FROM written;
      END IF;
      IF TG_OP OPERATOR(pg_catalog.=) 'UPDATE' AND (
        coalesce(pg_catalog.current_setting('epoch.key_changed', true), '') OPERATOR(pg_catalog.=) 'on'
        OR NOT epoch.keeps_keys_now(TG_RELID, %3$L))
      THEN
        former_setting := pg_catalog.current_setting('enable_nestloop');
        PERFORM pg_catalog.set_config('enable_nestloop', 'off', true);
        EXECUTE %4$L;
        PERFORM pg_catalog.set_config('enable_nestloop', former_setting, true);
      END IF;
    $sql$,
    epoch.touch_all(working_set, t.key_columns, old_keys), epoch.touch_all(working_set, t.key_columns, new_keys), places,
    epoch.touch_all(working_set, t.key_columns, format(
      '(SELECT * FROM %s AS n WHERE NOT EXISTS (SELECT FROM %s AS o WHERE %s))',
      new_keys, old_keys, epoch.key_match(of_table, 'n', 'o'))))
  FROM epoch.tables AS t
  WHERE t.table_id = of_table
$$;

-- Statements that note the keys of a statement's rows under the names that its columns have now.
CREATE OR REPLACE FUNCTION epoch.touch_left(of_branch text, of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    $sql$
      IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        EXECUTE epoch.capture_open_left(%1$L, %2$L, TG_RELID, 'old_rows');
      END IF;
      IF TG_OP OPERATOR(pg_catalog.<>) 'DELETE' THEN
        EXECUTE epoch.capture_open_left(%1$L, %2$L, TG_RELID, 'new_rows');
      END IF;
      RETURN NULL;
    $sql$,
    of_branch, of_table)
$$;

-- Statements that note all keys of an open table, which is being emptied.
CREATE OR REPLACE FUNCTION epoch.touch_emptied(of_branch text, of_table text, working_set text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    $sql$
      IF pg_catalog.current_setting('transaction_isolation') OPERATOR(pg_catalog.<>) 'read committed' THEN
        RAISE EXCEPTION 'TRUNCATE of a versioned table needs a READ COMMITTED transaction'
          USING ERRCODE = 'feature_not_supported',
            DETAIL = 'It removes rows that the snapshot of this transaction may not see.',
            HINT = 'Use DELETE, or BEGIN ISOLATION LEVEL READ COMMITTED.';
      END IF;
      EXECUTE epoch.touch_all(%1$L, %2$L, epoch.open_keys(%3$L, %4$L, TG_RELID));
      PERFORM epoch.fold_touched_keys(%1$L, %2$L, TG_RELID);
      RETURN NULL;
    $sql$,
    working_set, t.key_columns, of_branch, of_table)
  FROM epoch.tables AS t
  WHERE t.table_id = of_table
$$;

-- What follows where the working set has arrays. Of sixteen thousand keys one looks whether there are too many rows.
CREATE OR REPLACE FUNCTION epoch.touch_more(
  of_table text, working_set text, places smallint[], old_keys text, new_keys text
) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    $sql$
      GET DIAGNOSTICS noted = ROW_COUNT;
      IF noted OPERATOR(pg_catalog.<>) 1
        OR pg_catalog.date_part('microseconds', pg_catalog.clock_timestamp())::integer OPERATOR(pg_catalog.&) 16383 OPERATOR(pg_catalog.=) 0
      THEN
        IF noted OPERATOR(pg_catalog.=) 32 THEN
          %1$s
        END IF;
        IF noted OPERATOR(pg_catalog.=) 1 OR noted OPERATOR(pg_catalog.>)
          (pg_catalog.date_part('microseconds', pg_catalog.clock_timestamp())::integer OPERATOR(pg_catalog.&) 16383)
        THEN
          PERFORM epoch.fold_touched_keys(%2$L, %3$L, TG_RELID);
        END IF;
      END IF;
    $sql$,
    epoch.touch_many(of_table, working_set, places, old_keys, new_keys), working_set, t.key_columns)
  FROM epoch.tables AS t
  WHERE t.table_id = of_table
$$;

-- Makes the function that captures an open table: the keys of rows that went, and of those that came by an insert or with
-- another key.
CREATE OR REPLACE FUNCTION epoch.create_open_capture(of_branch text, of_table text, open_table regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $$
DECLARE
  working_set text := epoch.object_of('o', of_table, of_branch);
  capture text := epoch.object_of('oc', of_table, of_branch);
  keys text;
  is_whole boolean;
  places smallint[];
  source text;
  old_keys text;
  new_keys text;
BEGIN
  IF epoch.is_schema_only(of_branch) THEN
    RETURN;
  END IF;
  SELECT string_agg(format('r."epoch:%s" AS %I', k.number, k.layer), ', ' ORDER BY k.number),
    count(*) = (SELECT cardinality(t.key_columns) FROM epoch.tables AS t WHERE t.table_id = of_table)
  INTO keys, is_whole
  FROM epoch.open_key(of_branch, of_table, open_table) AS k;
  places := ARRAY(
    SELECT a.attnum FROM pg_attribute AS a
    WHERE a.attrelid = open_table AND NOT a.attisdropped
      AND a.attnum BETWEEN 1 AND (SELECT max(k.number) FROM epoch.open_key(of_branch, of_table, open_table) AS k)
    ORDER BY a.attnum);
  source := format(
    '(SELECT %s FROM %%s AS r (%s))', replace(keys, '%', '%%'),
    (SELECT string_agg(format('"epoch:%s"', c), ', ' ORDER BY c) FROM unnest(places) AS c));
  old_keys := format(source, '"old_rows"');
  new_keys := format(source, '"new_rows"');
  PERFORM epoch.create_trigger_function(capture, format(
    $body$
      #variable_conflict use_column
      DECLARE
        noted bigint;
        former_setting pg_catalog.text;
      BEGIN
        %s
        RETURN NULL;
      END
    $body$,
    CASE
      WHEN NOT is_whole THEN format(
        'IF TG_OP OPERATOR(pg_catalog.=) ''TRUNCATE'' THEN %s ELSE %s END IF;',
        epoch.touch_emptied(of_branch, of_table, working_set), epoch.touch_left(of_branch, of_table))
      ELSE concat(
        epoch.touch_few(of_branch, of_table, working_set, open_table, places, old_keys, new_keys),
        CASE
          WHEN epoch.key_arrays(working_set) IS NOT NULL
          THEN epoch.touch_more(of_table, working_set, places, old_keys, new_keys)
        END)
    END));
  EXECUTE format('ALTER FUNCTION epoch.%I() RESET ALL', capture);
  UPDATE epoch.branch_tables AS p SET touched_keys = epoch.touched_keys(of_branch, of_table)
  WHERE p.branch_id = of_branch AND p.table_id = of_table;
END
$$;

-- Runs at the end of each ALTER TABLE of an open table, where Epoch's role may have an event trigger.
CREATE OR REPLACE FUNCTION epoch.note_open_alteration(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
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

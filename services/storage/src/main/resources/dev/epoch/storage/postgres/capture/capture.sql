-- Capture of changes: triggers that keep, for each changed key, the row as it was at the last commit.

-- The tables that statements can write to reach a table's rows: itself and its partitions.
CREATE OR REPLACE FUNCTION epoch.written_tables(of_table regclass) RETURNS SETOF regclass
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT of_table
  UNION
  SELECT p.relid FROM pg_partition_tree(of_table) AS p
$$;

-- Makes a trigger function from its body. The body is quoted as a whole: a name in it cannot end it. Who makes the
-- body has quote_all_identifiers on: a column may be called by a word that PL/pgSQL keeps for itself and SQL does not
-- (by, if, loop, ...), which quote_ident leaves as it is.
CREATE OR REPLACE FUNCTION epoch.create_trigger_function(function_name text, body text) RETURNS void
LANGUAGE plpgsql
-- it is read when it first runs, and not twice
SET search_path = pg_catalog, pg_temp SET check_function_bodies = off
AS $$
BEGIN
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION epoch.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    'SET search_path = pg_catalog, pg_temp AS %L',
    function_name, body);
  EXECUTE format('REVOKE ALL ON FUNCTION epoch.%I() FROM PUBLIC', function_name);
END
$$;

-- Statement that finds a row if a working set has keys between the least and the greatest of a transition table, by
-- the first column of the key; null where its operators are not PostgreSQL's own.
CREATE OR REPLACE FUNCTION epoch.keys_in_range(of_table text, working_set text, rows_name text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    'PERFORM FROM epoch.%1$I AS known WHERE known.%2$I >= (SELECT %2$I FROM %3$I ORDER BY %2$I LIMIT 1) '
    'AND known.%2$I <= (SELECT %2$I FROM %3$I ORDER BY %2$I DESC LIMIT 1) LIMIT 1;',
    working_set, a.attname, rows_name)
  FROM epoch.tables AS t
  JOIN pg_attribute AS a ON a.attrelid = epoch.live_table(of_table) AND a.attname = t.key_columns[1]
  JOIN pg_type AS y ON y.oid = a.atttypid
  WHERE t.table_id = of_table AND y.typnamespace = 'pg_catalog'::regnamespace
$$;

-- Statements that put the images of a transition table into a working set; the first image of a key since the
-- last commit stays. Few rows take a fixed statement that joins nothing: a plan made for one row does for all. Many
-- rows take a plain INSERT, which costs half of one with ON CONFLICT: of all of them if no key in their range is known
-- yet, as in loads and in updates of one stretch after another, else of those that are not known, with a plan of its
-- own (without nested loops: statistics may say that the working set is empty, and it grows while it is looked at).
-- Two transactions cannot come to insert the same key unseen by each other then: they would wait for each other at the
-- table's key. That does not hold for snapshots older than the statement, for deferrable keys, and for overlays, whose
-- rows and tombstones share a working set. Nor does it hold where actions of foreign keys update the table: all the rows
-- that they touch for one statement are in one transition table, in order, and may be there more than once.
CREATE OR REPLACE FUNCTION epoch.keep_images(
  of_table text, working_set text, kind integer, rows_name text, columns text[], waits_at_key boolean
) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN waits_at_key THEN format(
      $sql$
        PERFORM FROM %1$I OFFSET 999 LIMIT 1;
        each_key_once := FOUND AND current_setting('transaction_isolation') = 'read committed';
        IF each_key_once THEN
          each_key_once := NOT epoch.is_updated_by_references(TG_RELID);
        END IF;
        IF each_key_once THEN
          %2$s
          IF FOUND THEN
            former_setting := current_setting('enable_nestloop');
            PERFORM set_config('enable_nestloop', 'off', true);
            EXECUTE %3$L;
            PERFORM set_config('enable_nestloop', former_setting, true);
          ELSE
            %4$s;
          END IF;
        ELSE
          %4$s ON CONFLICT DO NOTHING;
        END IF;
      $sql$,
      rows_name,
      epoch.keys_in_range(of_table, working_set, rows_name),
      insertion || format(
        ' WHERE NOT EXISTS (SELECT FROM epoch.%I AS known WHERE %s)',
        working_set, epoch.key_match(of_table, 'known', rows_name)),
      insertion)
    ELSE insertion || ' ON CONFLICT DO NOTHING;'
  END
  FROM format(
    'INSERT INTO epoch.%I (epoch_kind, %s) SELECT %s, %s FROM %I',
    working_set, epoch.column_list(columns), kind, epoch.column_list(columns, rows_name), rows_name
  ) AS insertion
$$;

-- Whether a statement that inserts a key waits for others that insert or delete it: an index keeps the key unique.
CREATE OR REPLACE FUNCTION epoch.waits_at_key(of_table text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT
    FROM epoch.tables AS t
    JOIN pg_index AS i ON i.indrelid = epoch.live_table(of_table)
      AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL
    WHERE t.table_id = of_table
      AND (
        SELECT array_agg(a.attname::text ORDER BY a.attname)
        FROM pg_attribute AS a
        WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
          AND a.attnotnull
      ) = (SELECT array_agg(k ORDER BY k COLLATE "C") FROM unnest(t.key_columns) AS k)
  )
$$;

-- A transition table, or the table that is emptied, under the names that its columns have now, whatever they are called
-- when the text runs: by their order, in which a rename changes nothing and behind which new columns come. Partitions may
-- have another order: theirs go by name. Names that would end a text in a text do, too.
CREATE OR REPLACE FUNCTION epoch.columns_by_place(of_table text, rows_name text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $$
  SELECT CASE
    WHEN c.relkind = 'p' OR bool_or(a.attname ~ $re$['\\]$re$) THEN NULL
    ELSE format(
      '(SELECT %s FROM %s AS r (%s)) AS "captured"',
      string_agg(format('r."epoch:%s" AS %I', a.attnum, a.attname), ', ' ORDER BY a.attnum),
      rows_name,
      string_agg(format('"epoch:%s"', a.attnum), ', ' ORDER BY a.attnum))
  END
  FROM pg_class AS c
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.oid = epoch.live_table(of_table)
  GROUP BY c.relkind
$$;

-- Columns of which a working set has images.
CREATE OR REPLACE FUNCTION epoch.captured_columns(of_table text, working_set text) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN working_set = epoch.object_of('w', of_table) THEN t.columns
    ELSE epoch.layer_columns(of_table)
  END
  FROM epoch.tables AS t WHERE t.table_id = of_table
$$;

-- Makes the function that captures changes of rows. An update that gives a row another key touches both. That is
-- looked for only where a key was changed in this transaction; in a partitioned table always, since nothing tells
-- of rows that move between partitions.
CREATE OR REPLACE FUNCTION epoch.create_row_capture(
  of_table text, function_name text, working_set text, waits_at_key boolean
) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT epoch.create_trigger_function(function_name, epoch.row_capture_body(of_table, working_set, waits_at_key))
$$;

-- Its body.
CREATE OR REPLACE FUNCTION epoch.row_capture_body(of_table text, working_set text, waits_at_key boolean) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $$
DECLARE
  t epoch.tables;
  keep_old text;
  keep_new text;
  key_may_change text := 'current_setting(''epoch.key_changed'', true) = ''on''';
  body text;
  rows_name text;
  emptied text := '"epoch:table"';
  -- nothing but the functions behind its views writes an overlay, and no trigger of the user is on it
  is_live boolean := working_set = epoch.object_of('w', of_table);
  captured text[] := epoch.captured_columns(of_table, working_set);
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  keep_old := epoch.keep_images(of_table, working_set, 1, 'old_rows', captured, waits_at_key);
  keep_new := epoch.keep_images(of_table, working_set, 0, 'new_rows', t.key_columns, waits_at_key);
  IF is_live AND NOT t.append_only THEN
    emptied := coalesce(epoch.columns_by_place(of_table, '"epoch:table"'), '"epoch:table"');
  END IF;
  IF EXISTS (SELECT FROM pg_class WHERE oid = epoch.live_table(of_table) AND relkind = 'p') THEN
    key_may_change := 'true';
  END IF;
  body := format(
    $body$
      #variable_conflict use_column
      DECLARE
        former_setting text;
        each_key_once boolean;
        is_noted boolean;
        began bigint;
        latest bigint;
        unused_counts tid[];
        may_be_double boolean;
        duplicate text;
      BEGIN
        %8$s
        %7$s
        %5$s
        IF TG_OP = 'UPDATE' THEN
          %6$s
          %1$s
          IF %2$s THEN
            %3$s
          END IF;
        ELSIF TG_OP = 'INSERT' THEN
          %3$s
        ELSIF TG_OP = 'DELETE' THEN
          %1$s
        ELSE
          IF current_setting('transaction_isolation') <> 'read committed' THEN
            RAISE EXCEPTION 'TRUNCATE of a versioned table needs a READ COMMITTED transaction'
              USING ERRCODE = 'feature_not_supported',
                DETAIL = 'It removes rows that the snapshot of this transaction may not see.',
                HINT = 'Use DELETE, or BEGIN ISOLATION LEVEL READ COMMITTED.';
          END IF;
          EXECUTE %4$L || TG_RELID::regclass || %9$L;
        END IF;
        RETURN NULL;
      END
    $body$,
    keep_old,
    key_may_change,
    keep_new,
    format(
      'INSERT INTO epoch.%I (epoch_kind, %s) SELECT 1, %2$s FROM %3$s',
      working_set, epoch.column_list(captured), split_part(emptied, '"epoch:table"', 1)),
    CASE WHEN is_live THEN epoch.capture_nested(of_table, working_set, key_may_change) ELSE '' END,
    CASE
      WHEN is_live THEN format(
        'IF %s THEN IF epoch.is_updated_by_references(TG_RELID) THEN EXECUTE %s; END IF; END IF;',
        key_may_change, epoch.keep_made_keys(of_table, working_set))
      ELSE ''
    END,
    CASE
      WHEN is_live AND t.key_counted THEN epoch.count_keys(of_table, key_may_change)
      ELSE ''
    END,
    CASE
      WHEN is_live AND NOT t.append_only THEN format(
        'IF %s THEN %s END IF;', epoch.columns_went(of_table), epoch.capture_left(of_table))
      ELSE ''
    END,
    split_part(emptied, '"epoch:table"', 2) || ' ON CONFLICT DO NOTHING');
  IF is_live AND NOT t.append_only AND epoch.columns_by_place(of_table, '') IS NOT NULL THEN
    FOREACH rows_name IN ARRAY ARRAY['old_rows', 'new_rows'] LOOP
      body := regexp_replace(
        body, format('FROM ("%1$s"|%1$s)(?![''\w])', rows_name),
        'FROM ' || replace(
          epoch.columns_by_place(of_table, format('"%s"', rows_name)), '"captured"', format('"%s"', rows_name)),
        'g');
    END LOOP;
  END IF;
  RETURN body;
END
$$;

-- Tells the capture of the same statement, and of later ones of the transaction, that keys were changed.
CREATE OR REPLACE FUNCTION epoch.note_key_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM set_config('epoch.key_changed', 'on', true);
  RETURN NULL;
END
$$;

-- Puts the triggers of a capture function on one table: the live table, a partition, or what belongs to an overlay.
CREATE OR REPLACE FUNCTION epoch.create_row_triggers(
  of_table text, on_table regclass, function_name text
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  operation text;
  transition_tables text;
  beginnings text;
  is_whole boolean := epoch.capture_problem_at(on_table) IS NULL;
BEGIN
  FOR operation, transition_tables IN
    VALUES
      ('INSERT', 'NEW TABLE AS new_rows'),
      ('UPDATE', 'OLD TABLE AS old_rows NEW TABLE AS new_rows'),
      ('DELETE', 'OLD TABLE AS old_rows')
  LOOP
    beginnings := format('epoch.open_%s_%s', lower(operation), left(md5(on_table::text), 16));
    EXECUTE format(
      'CREATE OR REPLACE TRIGGER %I AFTER %s ON %s '
      'REFERENCING %s FOR EACH STATEMENT EXECUTE FUNCTION epoch.%I(%L)',
      'epoch_capture_' || lower(operation), operation, on_table, transition_tables, function_name, beginnings);
    IF function_name = epoch.object_of('c', of_table) THEN
      PERFORM epoch.create_beginning_trigger(operation, on_table, beginnings);
    END IF;
  END LOOP;
  IF function_name = epoch.object_of('c', of_table) THEN
    EXECUTE format(
      'CREATE OR REPLACE TRIGGER epoch_capture_before_truncate BEFORE TRUNCATE ON %s '
      'FOR EACH STATEMENT EXECUTE FUNCTION epoch.guard_truncate()',
      on_table);
  END IF;
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER epoch_capture_truncate BEFORE TRUNCATE ON %s '
    'FOR EACH STATEMENT EXECUTE FUNCTION epoch.%I()',
    on_table, function_name);
  IF EXISTS (SELECT FROM pg_class WHERE oid = on_table AND relkind = 'r' AND NOT relispartition)
    -- the key of an open table may have other names: epoch.capture_open
    AND NOT EXISTS (SELECT FROM epoch.tables AS t WHERE t.table_id = of_table AND starts_with(function_name, t.label || '__oc_'))
  THEN
    EXECUTE format(
      'CREATE OR REPLACE TRIGGER epoch_capture_key AFTER UPDATE ON %s '
      'FOR EACH ROW WHEN ((%s) IS NOT TRUE) EXECUTE FUNCTION epoch.note_key_change()',
      on_table, epoch.key_match(of_table, 'old', 'new'));
  END IF;
  IF function_name = epoch.object_of('c', of_table) AND NOT epoch.is_append_only(of_table) THEN
    PERFORM epoch.note_capture(of_table, '', on_table, is_whole);
  END IF;
END
$$;

-- Takes the triggers off again. Only the owner of a table may drop its triggers; others who may make triggers can
-- replace them, and what they are replaced by goes with its function.
CREATE OR REPLACE FUNCTION epoch.drop_row_triggers(on_table regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  trigger_name name;
  is_owner boolean := (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = on_table);
  gone text := 'gone_' || on_table::oid;
BEGIN
  IF NOT is_owner THEN
    PERFORM epoch.create_trigger_function(gone, 'BEGIN RETURN NULL; END');
  END IF;
  FOR trigger_name IN
    SELECT t.tgname
    FROM pg_trigger AS t
    JOIN pg_proc AS p ON p.oid = t.tgfoid
    WHERE t.tgrelid = on_table AND NOT t.tgisinternal
      AND t.tgname LIKE 'epoch\_capture\_%' AND p.pronamespace = 'epoch'::regnamespace
  LOOP
    EXECUTE CASE
      WHEN is_owner THEN format('DROP TRIGGER %I ON %s', trigger_name, on_table)
      ELSE format(
        'CREATE OR REPLACE TRIGGER %I BEFORE DELETE ON %s FOR EACH STATEMENT EXECUTE FUNCTION epoch.%I()',
        trigger_name, on_table, gone)
    END;
  END LOOP;
  IF NOT is_owner THEN
    EXECUTE format('DROP FUNCTION epoch.%I() CASCADE', gone);
  END IF;
END
$$;

-- Tables without all triggers of the capture: partitions attached since, and those whose triggers an earlier version
-- of Epoch made (with conditions). Direct writes to them are not seen until
-- epoch.capture_partitions is called.
CREATE OR REPLACE FUNCTION epoch.uncaptured_partitions(of_table text) RETURNS SETOF regclass
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT w
  FROM epoch.written_tables(epoch.live_table(of_table)) AS w
  WHERE NOT epoch.is_append_only(of_table) AND (
    SELECT count(*)
    FROM pg_trigger AS t
    WHERE t.tgrelid = w AND t.tgname ~ '^epoch_capture_(before_)?(insert|update|delete|truncate)$'
      AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL
  ) < 8
$$;

-- Captures partitions that were attached since; the number of them.
CREATE OR REPLACE FUNCTION epoch.capture_partitions(of_table text) RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT count(epoch.create_row_triggers(of_table, p, epoch.object_of('c', of_table))::text)
  FROM epoch.uncaptured_partitions(of_table) AS p
$$;

-- Makes what captures a table, as far as it is not there. Writers of the table wait from the first trigger to the end
-- of the transaction.
CREATE OR REPLACE FUNCTION epoch.create_capture(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  live regclass;
  working_set text := epoch.object_of('w', of_table);
  images text;
  must_count boolean;
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  IF t.append_only THEN
    PERFORM epoch.create_row_ids(of_table);
  END IF;
  live := epoch.live_table(of_table);
  must_count := t.key_counted AND to_regclass(format('epoch.%I', epoch.object_of('k', of_table))) IS NULL;
  IF must_count THEN
    PERFORM epoch.create_key_counts(of_table);
  END IF;
  FOREACH images IN ARRAY ARRAY[working_set, epoch.object_of('h', of_table)] LOOP
    IF to_regclass(format('epoch.%I', images)) IS NULL THEN
      PERFORM epoch.create_image_table(images, live, t.columns, t.key_columns, images <> working_set);
      PERFORM epoch.add_gone_columns(of_table, 'w', format('epoch.%I', images));
      PERFORM epoch.index_rules(of_table, images);
    END IF;
  END LOOP;
  IF t.append_only THEN
    PERFORM epoch.create_appending(of_table);
    RETURN;
  END IF;
  PERFORM epoch.create_row_capture(
    of_table, epoch.object_of('c', of_table), working_set, epoch.waits_at_key(of_table));
  PERFORM epoch.capture_partitions(of_table);
  IF must_count THEN
    PERFORM epoch.fill_key_counts(of_table);
  END IF;
END
$$;

-- Whether something is not there of what captures a table.
CREATE OR REPLACE FUNCTION epoch.is_capture_lost(of_table text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT to_regclass(format('epoch.%I', epoch.object_of('w', of_table))) IS NULL
    OR to_regclass(format('epoch.%I', epoch.object_of('h', of_table))) IS NULL
    OR to_regproc(format('epoch.%I', epoch.object_of('c', of_table))) IS NULL
    OR epoch.is_key_counted(of_table) AND to_regclass(format('epoch.%I', epoch.object_of('k', of_table))) IS NULL
    OR epoch.is_append_only(of_table) AND epoch.is_append_lost(of_table)
    OR EXISTS (SELECT FROM epoch.uncaptured_partitions(of_table))
$$;

-- Starts to capture.
CREATE OR REPLACE FUNCTION epoch.install_table(
  new_table text, of_repository text, repository_name text, in_schema text, named text,
  new_key_columns text[], at_position bigint, by_operation uuid
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  live regclass := to_regclass(format('%I.%I', in_schema, named));
  appends boolean := new_key_columns = ARRAY['epoch_row'];
BEGIN
  INSERT INTO epoch.tables (
    table_id, repository, name, schema_name, table_name, label, view_name, columns, key_columns,
    install_position, install_operation, last_column, append_only
  )
  VALUES (
    new_table, of_repository, repository_name, in_schema, named, epoch.label(named, 16), named,
    epoch.stored_columns(live) || CASE WHEN appends THEN ARRAY['epoch_row'] ELSE '{}' END,
    new_key_columns, at_position, by_operation, epoch.last_column(live), appends
  );
  UPDATE epoch.tables SET key_counted = true
  WHERE table_id = new_table AND NOT appends AND NOT epoch.waits_at_key(new_table);
  PERFORM epoch.note_columns(new_table);
  PERFORM epoch.watch_alterations();
  PERFORM epoch.create_capture(new_table);
  PERFORM epoch.settle_view_names(of_repository);
END
$$;

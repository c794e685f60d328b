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

-- Makes a trigger function from its body. The body is quoted as a whole: a name in it cannot end it.
CREATE OR REPLACE FUNCTION epoch.create_trigger_function(function_name text, body text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION epoch.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    'SET search_path = pg_catalog, pg_temp AS %L',
    function_name, body);
  EXECUTE format('REVOKE ALL ON FUNCTION epoch.%I() FROM PUBLIC', function_name);
END
$$;

-- Makes the function that captures changes of rows. The first image of a key since the last commit stays,
-- whoever writes it; later ones are refused by the primary key of the working set. The statements are fixed
-- and join nothing, so that a plan made for one row also does for a million.
CREATE OR REPLACE FUNCTION epoch.create_row_capture(
  function_name text, working_set text, columns text[], key_columns text[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM epoch.create_trigger_function(function_name, format(
    $body$
      BEGIN
        IF TG_OP = 'UPDATE' THEN
          INSERT INTO epoch.%1$I (epoch_kind, %2$s)
          SELECT 1, %3$s FROM old_rows
          ON CONFLICT DO NOTHING;
          INSERT INTO epoch.%1$I (epoch_kind, %4$s)
          SELECT 0, %5$s FROM new_rows
          ON CONFLICT DO NOTHING;
        ELSIF TG_OP = 'INSERT' THEN
          INSERT INTO epoch.%1$I (epoch_kind, %4$s)
          SELECT 0, %5$s FROM new_rows
          ON CONFLICT DO NOTHING;
        ELSIF TG_OP = 'DELETE' THEN
          INSERT INTO epoch.%1$I (epoch_kind, %2$s)
          SELECT 1, %3$s FROM old_rows
          ON CONFLICT DO NOTHING;
        ELSE
          IF current_setting('transaction_isolation') <> 'read committed' THEN
            RAISE EXCEPTION 'TRUNCATE of a versioned table needs a READ COMMITTED transaction'
              USING ERRCODE = 'feature_not_supported',
                DETAIL = 'It removes rows that the snapshot of this transaction may not see.',
                HINT = 'Use DELETE, or BEGIN ISOLATION LEVEL READ COMMITTED.';
          END IF;
          EXECUTE %6$L || TG_RELID::regclass || ' ON CONFLICT DO NOTHING';
        END IF;
        RETURN NULL;
      END
    $body$,
    working_set,
    epoch.column_list(columns), epoch.column_list(columns, 'old_rows'),
    epoch.column_list(key_columns), epoch.column_list(key_columns, 'new_rows'),
    format(
      'INSERT INTO epoch.%I (epoch_kind, %s) SELECT 1, %2$s FROM ',
      working_set, epoch.column_list(columns))));
END
$$;

-- Puts the triggers of a capture function on one table.
CREATE OR REPLACE FUNCTION epoch.create_row_triggers(on_table regclass, function_name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER epoch_capture_insert AFTER INSERT ON %s '
    'REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION epoch.%I()',
    on_table, function_name);
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER epoch_capture_update AFTER UPDATE ON %s '
    'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION epoch.%I()',
    on_table, function_name);
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER epoch_capture_delete AFTER DELETE ON %s '
    'REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION epoch.%I()',
    on_table, function_name);
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER epoch_capture_truncate BEFORE TRUNCATE ON %s '
    'FOR EACH STATEMENT EXECUTE FUNCTION epoch.%I()',
    on_table, function_name);
END
$$;

-- Takes the triggers off again.
CREATE OR REPLACE FUNCTION epoch.drop_row_triggers(on_table regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  trigger_name name;
BEGIN
  FOR trigger_name IN
    SELECT t.tgname
    FROM pg_trigger AS t
    JOIN pg_proc AS p ON p.oid = t.tgfoid
    WHERE t.tgrelid = on_table AND NOT t.tgisinternal
      AND t.tgname LIKE 'epoch\_capture\_%' AND p.pronamespace = 'epoch'::regnamespace
  LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', trigger_name, on_table);
  END LOOP;
END
$$;

-- Partitions without capture: those attached since. Direct writes to them are not seen until
-- epoch.capture_partitions is called.
CREATE OR REPLACE FUNCTION epoch.uncaptured_partitions(of_table text) RETURNS SETOF regclass
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT w
  FROM epoch.written_tables(epoch.live_table(of_table)) AS w
  WHERE (
    SELECT count(*)
    FROM pg_trigger AS t
    WHERE t.tgrelid = w AND t.tgname LIKE 'epoch\_capture\_%' AND t.tgenabled IN ('O', 'A')
  ) < 4
$$;

-- Captures partitions that were attached since; the number of them.
CREATE OR REPLACE FUNCTION epoch.capture_partitions(of_table text) RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT count(epoch.create_row_triggers(p, epoch.object_of('c', of_table))::text)
  FROM epoch.uncaptured_partitions(of_table) AS p
$$;

-- Starts to capture. Writers of the table wait from the first trigger to the end of the transaction.
CREATE OR REPLACE FUNCTION epoch.install_table(
  new_table text, of_repository text, repository_name text, in_schema text, named text,
  new_key_columns text[], at_position bigint, by_operation uuid
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  live regclass := to_regclass(format('%I.%I', in_schema, named));
  stored text[] := epoch.stored_columns(live);
  working_set text;
  history text;
  function_name text;
BEGIN
  INSERT INTO epoch.tables (
    table_id, repository, name, schema_name, table_name, label, view_name, columns, key_columns,
    install_position, install_operation
  )
  VALUES (
    new_table, of_repository, repository_name, in_schema, named, epoch.label(named, 16), named, stored,
    new_key_columns, at_position, by_operation
  );
  working_set := epoch.object_of('w', new_table);
  history := epoch.object_of('h', new_table);
  function_name := epoch.object_of('c', new_table);
  PERFORM epoch.create_image_table(working_set, live, stored, new_key_columns, false);
  PERFORM epoch.create_image_table(history, live, stored, new_key_columns, true);
  PERFORM epoch.create_row_capture(function_name, working_set, stored, new_key_columns);
  PERFORM epoch.create_row_triggers(w, function_name) FROM epoch.written_tables(live) AS w;
  PERFORM epoch.settle_view_names(of_repository);
END
$$;

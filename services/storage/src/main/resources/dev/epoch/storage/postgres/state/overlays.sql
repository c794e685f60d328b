-- Overlays: the rows and tombstones of a branch, captured like the live table.

-- Makes the function that captures changes of tombstones.
CREATE OR REPLACE FUNCTION epoch.create_tombstone_capture(
  function_name text, working_set text, key_columns text[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $$
BEGIN
  PERFORM epoch.create_trigger_function(function_name, format(
    $body$
      #variable_conflict use_column
      BEGIN
        IF TG_OP = 'INSERT' THEN
          INSERT INTO epoch.%1$I (epoch_kind, %2$s)
          SELECT 0, %3$s FROM new_rows
          ON CONFLICT DO NOTHING;
        ELSIF TG_OP = 'DELETE' THEN
          INSERT INTO epoch.%1$I (epoch_kind, %2$s)
          SELECT 2, %4$s FROM old_rows
          ON CONFLICT DO NOTHING;
        ELSE
          RAISE EXCEPTION '%% of tombstones', TG_OP USING ERRCODE = 'feature_not_supported';
        END IF;
        RETURN NULL;
      END
    $body$,
    working_set, epoch.column_list(key_columns),
    epoch.column_list(key_columns, 'new_rows'), epoch.column_list(key_columns, 'old_rows')));
END
$$;

-- Makes the capture functions of an overlay.
CREATE OR REPLACE FUNCTION epoch.create_overlay_capture(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  working_set text := epoch.object_of('vw', of_table, of_branch);
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  PERFORM epoch.create_row_capture(of_table, epoch.object_of('vc', of_table, of_branch), working_set, false);
  PERFORM epoch.create_tombstone_capture(
    epoch.object_of('dc', of_table, of_branch), working_set, t.key_columns);
END
$$;

-- Keeps the columns of a table's layers as they are until the transaction ends: whoever gives layers other columns does not
-- see those that this transaction makes, and locks the working set of the live table against it.
CREATE OR REPLACE FUNCTION epoch.hold_layers(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  held regclass;
BEGIN
  FOREACH held IN ARRAY ARRAY[
    epoch.users_table(of_table), to_regclass(format('epoch.%I', epoch.object_of('w', of_table)))]
  LOOP
    IF held IS NOT NULL THEN
      EXECUTE format('LOCK TABLE %s IN ACCESS SHARE MODE', held);
    END IF;
  END LOOP;
END
$$;

-- Whether a branch stands for a commit, whose id it is called by: branches of users cannot have such names. Clients read it
-- through the gateway of the server.
CREATE OR REPLACE FUNCTION epoch.is_commit(of_branch text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (SELECT FROM epoch.branches AS b WHERE b.branch_id = of_branch AND b.name ~ '^[0-9a-f]{64}$')
$$;

CREATE OR REPLACE FUNCTION epoch.refuse_at_commit(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF epoch.is_commit(of_branch) THEN
    RAISE EXCEPTION 'A commit never changes: this session only reads' USING ERRCODE = 'read_only_sql_transaction',
      HINT = 'Make a branch at the commit, and connect to that.';
  END IF;
END
$$;

-- Makes the overlay of a table on a branch unless it is there. Callers wait for each other.
CREATE OR REPLACE FUNCTION epoch.ensure_overlay(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  place epoch.branch_tables;
  live regclass;
  row_table text;
  tombstones text;
  working_set text;
  writable text;
BEGIN
  IF EXISTS (
    SELECT FROM epoch.branch_tables AS b
    WHERE b.branch_id = of_branch AND b.table_id = of_table AND b.has_overlay
  ) THEN
    RETURN;
  END IF;
  PERFORM epoch.refuse_at_commit(of_branch);
  PERFORM pg_advisory_xact_lock(hashtextextended('epoch overlay ' || of_branch || ' ' || of_table, 0));
  PERFORM epoch.hold_layers(of_table);
  SELECT * INTO place FROM epoch.branch_tables AS b
  WHERE b.branch_id = of_branch AND b.table_id = of_table FOR UPDATE;
  IF NOT FOUND THEN
    -- the server tells databases of a new branch after its log, and again until it has
    RAISE EXCEPTION 'Branch % has no table %', of_branch, of_table USING ERRCODE = 'EP001';
  END IF;
  IF place.has_overlay THEN
    RETURN;
  END IF;
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  IF NOT t.append_only AND NOT epoch.is_followed(of_table) THEN
    RAISE EXCEPTION 'Columns of the live table %.% were changed since the session chose the branch', t.schema_name, t.table_name
      USING ERRCODE = 'serialization_failure', HINT = 'SELECT epoch.use_branch(...) again, and run the transaction again.';
  END IF;
  live := epoch.live_table(of_table);
  row_table := epoch.object_of('v', of_table, of_branch);
  tombstones := epoch.object_of('d', of_table, of_branch);
  working_set := epoch.object_of('vw', of_table, of_branch);

  EXECUTE format(
    'CREATE TABLE epoch.%I (LIKE %s INCLUDING ALL EXCLUDING IDENTITY)', row_table, epoch.users_table(of_table));
  PERFORM epoch.read_sequences_on(of_branch, to_regclass(format('epoch.%I', row_table)));
  IF t.append_only THEN
    EXECUTE format(
      'ALTER TABLE epoch.%I ADD epoch_row bigint NOT NULL UNIQUE DEFAULT %s', row_table, epoch.next_row_id(of_table));
  END IF;
  IF t.key_counted THEN
    -- a primary key of the table, if it has one, is another
    EXECUTE format(
      'ALTER TABLE epoch.%I ADD UNIQUE (%s)%s', row_table, epoch.column_list(t.key_columns),
      (SELECT string_agg(format(', ALTER %I SET NOT NULL', c), '') FROM unnest(t.key_columns) AS c));
  END IF;
  EXECUTE format(
    'CREATE TABLE epoch.%I AS SELECT %s FROM epoch.%I WITH NO DATA',
    tombstones, epoch.column_list(t.key_columns), row_table);
  EXECUTE format(
    'ALTER TABLE epoch.%I ADD PRIMARY KEY (%s)', tombstones, epoch.column_list(t.key_columns));
  PERFORM epoch.create_image_table(working_set, live, t.columns, t.key_columns, false);
  PERFORM epoch.create_image_table(
    epoch.object_of('vh', of_table, of_branch), live, t.columns, t.key_columns, true);
  PERFORM epoch.fit_overlay(of_branch, of_table);

  IF place.source_overlay IS NOT NULL THEN
    writable := epoch.column_list(epoch.writable_layer_columns(of_table));
    EXECUTE format(
      'INSERT INTO epoch.%I (%s) SELECT %2$s FROM (%s) AS entries WHERE epoch_kind = 1',
      row_table, writable, epoch.entries_at(of_table, place.source_overlay, place.source_position::text));
    EXECUTE format(
      'INSERT INTO epoch.%I (%s) SELECT %2$s FROM (%s) AS entries WHERE epoch_kind = 2',
      tombstones, epoch.column_list(t.key_columns),
      epoch.entries_at(of_table, place.source_overlay, place.source_position::text));
  END IF;

  PERFORM epoch.create_overlay_capture(of_branch, of_table);
  PERFORM epoch.create_row_triggers(
    of_table, format('epoch.%I', row_table)::regclass, epoch.object_of('vc', of_table, of_branch));
  PERFORM epoch.create_row_triggers(
    of_table, format('epoch.%I', tombstones)::regclass, epoch.object_of('dc', of_table, of_branch));

  UPDATE epoch.branch_tables AS b
  SET has_overlay = true, source_overlay = NULL, source_position = NULL
  WHERE b.branch_id = of_branch AND b.table_id = of_table;
  PERFORM epoch.show_overlay(of_branch, of_table);
END
$$;

-- Drops the overlay with its history; the branch then sees the live table at its anchor.
CREATE OR REPLACE FUNCTION epoch.drop_overlay(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('epoch overlay ' || of_branch || ' ' || of_table, 0));
  IF NOT epoch.is_schema_only(of_branch) THEN
    PERFORM epoch.drop_open_table(of_branch, of_table);
  END IF;
  PERFORM epoch.drop_layers(of_branch, of_table);
END
$$;

-- The same with an open table left as it is, to which the layers are to be made again.
CREATE OR REPLACE FUNCTION epoch.drop_layers(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  kind text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('epoch overlay ' || of_branch || ' ' || of_table, 0));
  PERFORM epoch.drop_copy(of_branch, of_table);
  UPDATE epoch.branch_tables AS b
  SET has_overlay = false
  WHERE b.branch_id = of_branch AND b.table_id = of_table;
  PERFORM epoch.rebuild_views(of_branch, of_table);
  FOREACH kind IN ARRAY ARRAY['v', 'd', 'vw', 'vh'] LOOP
    EXECUTE format('DROP TABLE IF EXISTS epoch.%I', epoch.object_of(kind, of_table, of_branch));
  END LOOP;
  FOREACH kind IN ARRAY ARRAY['vc', 'dc'] LOOP
    EXECUTE format('DROP FUNCTION IF EXISTS epoch.%I', epoch.object_of(kind, of_table, of_branch));
  END LOOP;
END
$$;

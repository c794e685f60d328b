-- How what Epoch keeps beside a table follows changes of its columns. Branches that are like the live table keep what it was:
-- they get it as their definition.

ALTER TABLE epoch.tables ADD COLUMN IF NOT EXISTS live_definition jsonb;

ALTER TABLE epoch.tables ADD COLUMN IF NOT EXISTS former_definition jsonb;

COMMENT ON COLUMN epoch.tables.former_definition IS 'What live_definition was, where other columns were followed and no server has looked at them since';
COMMENT ON COLUMN epoch.tables.live_definition IS 'The live table, as the log would have it, when it was last looked at; null: other columns were followed since';

-- Notes what the live table is like, if it has the columns that were followed. Rows that are written through the views of
-- branches that are like it are checked as its own are, from now on.
CREATE OR REPLACE FUNCTION epoch.note_live_definition(of_table text, definition jsonb) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  former jsonb := (SELECT t.live_definition FROM epoch.tables AS t WHERE t.table_id = of_table);
BEGIN
  UPDATE epoch.tables AS t SET former_definition = NULL
  WHERE t.table_id = of_table AND t.former_definition IS NOT NULL;
  UPDATE epoch.tables AS t SET live_definition = note_live_definition.definition
  WHERE t.table_id = of_table AND t.live_definition IS DISTINCT FROM note_live_definition.definition
    AND (
      SELECT array_agg(ARRAY[k.column_id, k.name] ORDER BY k.number)
      FROM epoch.table_columns AS k WHERE k.table_id = of_table AND k.number IS NOT NULL
    ) = (
      SELECT array_agg(ARRAY[c ->> 'id', c ->> 'name'] ORDER BY x.place)
      FROM jsonb_array_elements(note_live_definition.definition -> 'columns') WITH ORDINALITY AS x (c, place)
    );
  IF FOUND AND former IS NOT NULL THEN
    PERFORM epoch.create_view_writer(p.branch_id, of_table)
    FROM epoch.branch_tables AS p
    JOIN epoch.branches AS b ON b.branch_id = p.branch_id
    WHERE p.table_id = of_table AND p.definition IS NULL AND NOT p.absent
      AND to_regproc(format('epoch.%I', epoch.object_of('vi', of_table, p.branch_id))) IS NOT NULL;
    IF epoch.is_relieved(former, note_live_definition.definition) THEN
      PERFORM epoch.close_open_tables(of_table, true);
    END IF;
  END IF;
END
$$;

-- Ids, names and types of the columns of a definition, as servers tell by which they have judged.
CREATE OR REPLACE FUNCTION epoch.columns_noted(definition jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(concat_ws(chr(31), c ->> 'id', c ->> 'name', c #>> '{type,name}'), chr(30) ORDER BY x.place)
  FROM jsonb_array_elements(definition -> 'columns') WITH ORDINALITY AS x (c, place)
$$;

-- Whether rows may be in a table now that might not be there before.
CREATE OR REPLACE FUNCTION epoch.is_relieved(before jsonb, now jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
      SELECT FROM jsonb_array_elements(before -> 'columns') AS was
      JOIN jsonb_array_elements(now -> 'columns') AS c ON c ->> 'id' = was ->> 'id'
      WHERE (was ->> 'nullable')::boolean < (c ->> 'nullable')::boolean
    )
    OR EXISTS (
      SELECT FROM jsonb_array_elements(before -> 'constraints') AS was
      WHERE NOT EXISTS (
        SELECT FROM jsonb_array_elements(now -> 'constraints') AS c WHERE c ->> 'definition' = was ->> 'definition')
    )
    OR EXISTS (
      SELECT FROM jsonb_array_elements(before -> 'indexes') AS was
      WHERE (was ->> 'unique')::boolean AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(now -> 'indexes') AS i WHERE i ->> 'definition' = was ->> 'definition')
    )
$$;

-- Closes open tables of branches, which are made anew when they are opened; what is not committed in them stays in the
-- layers. Those whose columns somebody has changed stay, and keep their own.
CREATE OR REPLACE FUNCTION epoch.close_open_tables(of_table text, alike_only boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  place record;
BEGIN
  FOR place IN
    SELECT p.branch_id, p.open_relation FROM epoch.branch_tables AS p
    WHERE p.table_id = of_table AND p.open_relation IS NOT NULL AND NOT epoch.is_schema_only(p.branch_id)
      AND NOT (alike_only AND p.definition IS NOT NULL)
    ORDER BY p.branch_id
  LOOP
    UPDATE epoch.branch_tables AS p SET open_rows = epoch.open_projection(place.branch_id, of_table)
    WHERE p.branch_id = place.branch_id AND p.table_id = of_table;
    PERFORM epoch.create_open_capture(place.branch_id, of_table, to_regclass(place.open_relation));
    BEGIN
      PERFORM epoch.close_branch_table(place.branch_id, of_table);
    EXCEPTION WHEN SQLSTATE 'EP003' THEN
      NULL;
    END;
  END LOOP;
END
$$;

-- Gives branches that are like the live table what it was until now: those that show all columns which it had. By now it may
-- have others, too, which a merge brings.
CREATE OR REPLACE FUNCTION epoch.keep_live_definition(of_table text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  UPDATE epoch.branch_tables AS p SET definition = t.live_definition
  FROM epoch.tables AS t, epoch.branches AS b
  WHERE t.table_id = of_table AND t.live_definition IS NOT NULL AND p.table_id = of_table AND p.definition IS NULL
    AND b.branch_id = p.branch_id AND NOT b.is_default AND NOT EXISTS (
      SELECT FROM jsonb_array_elements(t.live_definition -> 'columns') AS c WHERE c ->> 'id' <> ALL (p.shown)
    );
  UPDATE epoch.tables AS t SET live_definition = NULL, former_definition = coalesce(t.live_definition, t.former_definition)
  WHERE t.table_id = of_table
$$;

-- A definition of a branch's head, of a server that may have looked at the live table last before it got other columns.
CREATE OR REPLACE FUNCTION epoch.definition_told(of_table text, head_definition text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(
    head_definition,
    (SELECT t.former_definition::text FROM epoch.tables AS t WHERE t.table_id = of_table AND t.live_definition IS NULL))
$$;

-- Drops the views of branches that read a table, and so hold its columns; epoch.use_branch makes them again.
CREATE OR REPLACE FUNCTION epoch.drop_views_of(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  place record;
BEGIN
  FOR place IN
    SELECT b.branch_id, b.changed_schema, b.base_schema
    FROM epoch.branch_tables AS p
    JOIN epoch.branches AS b ON b.branch_id = p.branch_id AND b.changed_schema IS NOT NULL
    WHERE p.table_id = of_table AND p.open_relation IS NULL
  LOOP
    PERFORM epoch.put_views_aside(place.branch_id, format('%I.%I', s, epoch.view_name(of_table)))
    FROM unnest(ARRAY[place.changed_schema, place.base_schema]) AS s;
    EXECUTE format('DROP VIEW IF EXISTS %I.%I', place.changed_schema, epoch.view_name(of_table));
    EXECUTE format('DROP VIEW IF EXISTS %I.%I', place.base_schema, epoch.view_name(of_table));
  END LOOP;
  PERFORM epoch.drop_inner_views(p.branch_id, of_table) FROM epoch.branch_tables AS p WHERE p.table_id = of_table;
END
$$;

-- Makes views of a branch that were dropped to let go of a table's columns.
CREATE OR REPLACE FUNCTION epoch.make_missing_views(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  missing text;
BEGIN
  FOR missing IN
    SELECT p.table_id
    FROM epoch.branch_tables AS p
    JOIN epoch.branches AS b ON b.branch_id = p.branch_id AND b.changed_schema IS NOT NULL
    JOIN epoch.tables AS t ON t.table_id = p.table_id
    WHERE p.branch_id = of_branch AND p.open_relation IS NULL AND NOT p.absent AND NOT b.schema_only
      AND to_regclass(format('%I.%I', b.base_schema, t.view_name)) IS NULL
  LOOP
    -- where something cannot be created, as in a transaction that only reads, the table stays unknown on the branch
    IF NOT current_setting('transaction_read_only')::boolean THEN
      PERFORM epoch.follow_table(missing);
      PERFORM epoch.rebuild_views(of_branch, missing);
    END IF;
  END LOOP;
  PERFORM epoch.put_views_back(of_branch);
  -- the first write makes layers, and cannot make the view anew that it goes through
  IF NOT current_setting('transaction_read_only')::boolean THEN
    PERFORM epoch.follow_table(s) FROM epoch.perhaps_altered(of_branch) AS s WHERE NOT epoch.is_followed(s);
  END IF;
END
$$;

-- Tables that are not open on a branch, and whose live tables may have other columns than when they were last looked at: all
-- that have, and those with domains. One statement for all of them: a look at each would take longer than all the rest of
-- a session's choice of a branch.
CREATE OR REPLACE FUNCTION epoch.perhaps_altered(of_branch text) RETURNS SETOF text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH layered AS MATERIALIZED (
    SELECT t.table_id, t.live_oid, to_regclass(format('%I.%I', t.schema_name, t.table_name)) AS live
    FROM epoch.branch_tables AS p
    JOIN epoch.tables AS t ON t.table_id = p.table_id AND NOT t.append_only
    WHERE p.branch_id = of_branch AND p.open_relation IS NULL AND NOT p.absent
  )
  SELECT u.table_id FROM layered AS u WHERE u.live_oid IS DISTINCT FROM u.live::oid
  UNION
  SELECT table_id
  FROM (
    SELECT k.table_id, k.number, k.name, k.type FROM layered JOIN epoch.table_columns AS k USING (table_id)
    WHERE k.number IS NOT NULL
  ) AS known
  FULL JOIN (
    SELECT u.table_id, a.attnum::integer AS number, a.attname::text AS now_called, format_type(a.atttypid, a.atttypmod) AS now_is
    FROM layered AS u
    JOIN pg_attribute AS a ON a.attrelid = u.live AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
  ) AS now USING (table_id, number)
  WHERE (name, type) IS DISTINCT FROM (now_called, now_is)
$$;

-- Lets go of the columns of a table, so that they can be dropped and change their types: views of branches hold them, and
-- defaults on branches the sequences of those that are not of the key. The server, and each session that chooses a branch,
-- make the views again.
CREATE OR REPLACE FUNCTION epoch.release_table(released regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  of_table text := (SELECT t.table_id FROM epoch.tables AS t WHERE epoch.users_table(t.table_id) = released);
BEGIN
  PERFORM epoch.release_sequences(of_table);
  PERFORM epoch.drop_views_of(of_table);
END
$$;

-- Whether what Epoch keeps beside a table has the columns that the live table has now.
CREATE OR REPLACE FUNCTION epoch.is_followed(of_table text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT NOT EXISTS (
    SELECT
    FROM (SELECT * FROM epoch.table_columns WHERE table_id = of_table AND number IS NOT NULL) AS k
    FULL JOIN epoch.live_columns(epoch.users_table(of_table)) AS c ON c.number = k.number
    WHERE (k.name, k.type, k.collation_clause) IS DISTINCT FROM (c.name, c.type, c.collation_clause)
  )
$$;

-- Brings what Epoch keeps beside a table up to the columns that the live table has now; nothing if it is. Answers why
-- that cannot be, null if it is done. Writers of the table wait until the end of the transaction if there is anything to
-- do, so that no capture runs that was made for other columns.
CREATE OR REPLACE FUNCTION epoch.follow_table(of_table text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
  live regclass;
  problem text;
  rewritten boolean;
  names_change boolean := false;
  change record;
  layer record;
  aside text;
  value text;
  former epoch.table_columns;
  adopted text;
  retyped jsonb := '{}';
  were_alike text[];
BEGIN
  SELECT * INTO t FROM epoch.tables WHERE table_id = of_table;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF t.append_only THEN
    RETURN epoch.follow_append_locked(of_table);
  END IF;
  problem := epoch.identity_change(of_table);
  IF problem IS NOT NULL THEN
    RETURN problem;
  END IF;
  live := epoch.users_table(of_table);
  -- see epoch.note_alteration
  PERFORM set_config('epoch.following', of_table, true);
  IF NOT EXISTS (SELECT FROM epoch.table_columns WHERE table_id = of_table) THEN
    PERFORM epoch.note_columns(of_table);
  END IF;
  IF t.live_oid IS DISTINCT FROM live::oid THEN
    -- restored from a dump, which counts columns anew
    UPDATE epoch.table_columns AS k SET number = NULL WHERE k.table_id = of_table;
    UPDATE epoch.table_columns AS k SET number = c.number
    FROM epoch.live_columns(live) AS c
    WHERE k.table_id = of_table AND k.name = c.name;
    UPDATE epoch.tables SET live_oid = live, file_nodes = epoch.file_nodes(live) WHERE table_id = of_table;
  END IF;
  IF epoch.is_followed(of_table) THEN
    IF t.file_nodes IS DISTINCT FROM epoch.file_nodes(live) THEN
      UPDATE epoch.tables SET file_nodes = epoch.file_nodes(live) WHERE table_id = of_table;
    END IF;
    PERFORM epoch.relax_overlay(of_table, p.branch_id)
    FROM epoch.branch_tables AS p WHERE p.table_id = of_table AND p.has_overlay;
    RETURN NULL;
  END IF;

  SELECT format('its key column "%s" was dropped, or has another type', k.name) INTO problem
  FROM epoch.table_columns AS k
  LEFT JOIN epoch.live_columns(live) AS c ON c.number = k.number
  WHERE k.table_id = of_table AND k.name = ANY (t.key_columns) AND (c.type, c.collation_clause) IS DISTINCT FROM (k.type, k.collation_clause)
  LIMIT 1;
  IF problem IS NOT NULL THEN
    RETURN problem;
  END IF;
  SELECT format('its column "%s" has a name that Epoch needs', c.name) INTO problem
  FROM epoch.live_columns(live) AS c
  WHERE c.name ~ '^epoch_(kind|from|to|row|(gone|moved)_[0-9]+)$';
  IF problem IS NOT NULL THEN
    RETURN problem;
  END IF;

  -- what is told meanwhile of branches was judged by the columns of before
  PERFORM FROM epoch.tables AS of_now WHERE of_now.table_id = of_table FOR UPDATE;
  EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', live);
  EXECUTE format('LOCK TABLE epoch.%I IN ACCESS EXCLUSIVE MODE', epoch.object_of('w', of_table));
  PERFORM epoch.drop_copy(p.branch_id, of_table)
  FROM epoch.branch_tables AS p WHERE p.table_id = of_table AND (p.has_copy OR p.copy_fill IS NOT NULL);
  rewritten := t.file_nodes IS DISTINCT FROM epoch.file_nodes(live);
  were_alike := ARRAY(
    SELECT p.branch_id FROM epoch.branch_tables AS p WHERE p.table_id = of_table AND p.definition IS NULL);
  PERFORM epoch.keep_live_definition(of_table);

  -- of a wider type: what is kept of the past has it, too
  FOR change IN
    SELECT k.name, c.type, c.collation_clause, format_type(a.atttypid, a.atttypmod) AS declared, c.number
    FROM epoch.table_columns AS k
    JOIN epoch.live_columns(live) AS c ON c.number = k.number
    JOIN pg_attribute AS a ON a.attrelid = live AND a.attnum = c.number
    WHERE k.table_id = of_table AND (c.type, c.collation_clause) <> (k.type, k.collation_clause)
      AND epoch.keeps_values(k.type, c.type)
    ORDER BY k.number
  LOOP
    names_change := true;
    PERFORM epoch.drop_views_of(of_table);
    FOR layer IN SELECT * FROM epoch.layers(of_table) WHERE kind <> 'o' ORDER BY relation LOOP
      EXECUTE format(
        'ALTER TABLE %s ALTER %I TYPE %s%s', layer.relation, change.name,
        CASE WHEN layer.kind = 'v' THEN change.declared ELSE change.type END, change.collation_clause);
    END LOOP;
    UPDATE epoch.table_columns SET type = change.type, collation_clause = change.collation_clause
    WHERE table_id = of_table AND name = change.name;
    -- it may have had that type before: states of then have their values there
    FOR former IN
      SELECT was.* FROM epoch.table_columns AS k
      JOIN epoch.table_columns AS was ON was.table_id = k.table_id AND was.column_id = k.column_id AND was.number IS NULL
        AND (was.type, was.collation_clause) = (k.type, k.collation_clause)
      WHERE k.table_id = of_table AND k.name = change.name
    LOOP
      FOR layer IN SELECT * FROM epoch.layers(of_table) WHERE kind NOT IN ('o', 'open') ORDER BY relation LOOP
        IF layer.kind <> 'v' OR epoch.defines_type(layer.branch_id, of_table, former.column_id, former.type) THEN
          PERFORM epoch.convert_layer_column(
            layer.kind, layer.relation, former.name, change.name, change.type, layer.kind <> 'v');
        END IF;
      END LOOP;
    END LOOP;
  END LOOP;

  -- what went, or is of another type: stays under a name of Epoch's
  FOR change IN
    SELECT k.*, c.number AS kept_number
    FROM epoch.table_columns AS k
    LEFT JOIN epoch.live_columns(live) AS c ON c.number = k.number
    WHERE k.table_id = of_table AND k.number IS NOT NULL
      AND (c.type, c.collation_clause) IS DISTINCT FROM (k.type, k.collation_clause)
    ORDER BY k.number
  LOOP
    names_change := true;
    aside := epoch.name_aside(of_table);
    PERFORM epoch.rename_layer_column(of_table, change.name, aside);
    UPDATE epoch.table_columns SET name = aside, number = NULL WHERE table_id = of_table AND name = change.name;
    IF change.kept_number IS NOT NULL THEN
      retyped := retyped || jsonb_build_object(change.kept_number::text, aside);
    END IF;
    FOR layer IN SELECT * FROM epoch.layers(of_table) WHERE kind = 'v' LOOP
      EXECUTE format('ALTER TABLE %s ALTER %I DROP NOT NULL', layer.relation, aside);
    END LOOP;
    -- rows that are captured from now on have no value there
    FOR layer IN SELECT * FROM epoch.layers(of_table) WHERE kind NOT IN ('v', 'o') LOOP
      EXECUTE format('ALTER TABLE %s ALTER %I DROP DEFAULT', layer.relation, aside);
    END LOOP;
  END LOOP;

  IF retyped <> '{}' THEN
    UPDATE epoch.branch_tables AS p SET retyped = true
    FROM epoch.branches AS b
    WHERE b.branch_id = p.branch_id AND NOT b.is_default AND p.table_id = of_table
      AND p.branch_id = ANY (were_alike);
  END IF;
  -- two steps: names may change places
  FOR change IN
    SELECT k.name AS former, 'epoch_moved_' || k.number AS moved, c.name AS later
    FROM epoch.table_columns AS k
    JOIN epoch.live_columns(live) AS c ON c.number = k.number AND c.name <> k.name
    WHERE k.table_id = of_table
    ORDER BY k.number
  LOOP
    names_change := true;
    PERFORM epoch.rename_layer_column(of_table, change.former, change.moved);
    UPDATE epoch.table_columns SET name = change.moved WHERE table_id = of_table AND name = change.former;
    UPDATE epoch.tables SET key_columns = array_replace(key_columns, change.former, change.moved)
    WHERE table_id = of_table;
  END LOOP;
  FOR change IN
    SELECT k.name AS former, c.name AS later
    FROM epoch.table_columns AS k
    JOIN epoch.live_columns(live) AS c ON c.number = k.number AND c.name <> k.name
    WHERE k.table_id = of_table
    ORDER BY k.number
  LOOP
    PERFORM epoch.rename_layer_column(of_table, change.former, change.later);
    UPDATE epoch.table_columns SET name = change.later WHERE table_id = of_table AND name = change.former;
    UPDATE epoch.tables SET key_columns = array_replace(key_columns, change.former, change.later)
    WHERE table_id = of_table;
  END LOOP;

  FOR change IN
    SELECT c.*, format_type(a.atttypid, a.atttypmod) AS declared, retyped ->> c.number::text AS aside
    FROM epoch.live_columns(live) AS c
    JOIN pg_attribute AS a ON a.attrelid = live AND a.attnum = c.number
    WHERE NOT EXISTS (SELECT FROM epoch.table_columns AS k WHERE k.table_id = of_table AND k.number = c.number)
    ORDER BY c.number
  LOOP
    SELECT * INTO former FROM epoch.table_columns AS k WHERE k.table_id = of_table AND k.name = change.aside;
    value := CASE
      WHEN change.aside IS NULL THEN change.initial
      ELSE epoch.converted(former.initial, former.type, change.type)
    END;
    IF change.aside IS NOT NULL THEN
      -- it had that type before
      SELECT k.name INTO adopted FROM epoch.table_columns AS k
      WHERE k.table_id = of_table AND k.column_id = former.column_id AND k.number IS NULL AND k.name <> change.aside
        AND (k.type, k.collation_clause) = (change.type, change.collation_clause)
      ORDER BY length(k.name) DESC, k.name DESC LIMIT 1;
      IF FOUND THEN
        PERFORM epoch.rename_layer_column(of_table, adopted, change.name);
        UPDATE epoch.table_columns SET name = change.name, number = change.number, of_branches = false, never_live = false, kept = false
        WHERE table_id = of_table AND name = adopted;
        PERFORM epoch.refill_layers(of_table, former.column_id, change.aside, change.name, change.type);
        CONTINUE;
      END IF;
    ELSE
      -- a branch has it already
      SELECT k.name INTO adopted FROM epoch.table_columns AS k
      WHERE k.table_id = of_table AND k.column_id = change.name AND k.of_branches
        AND (k.type, k.collation_clause, k.initial, k.filled)
          IS NOT DISTINCT FROM (change.type, change.collation_clause, value, rewritten AND NOT change.has_initial);
      IF NOT FOUND THEN
        -- of a type that only branches had
        SELECT k.name INTO adopted FROM epoch.table_columns AS k
        WHERE k.table_id = of_table AND k.column_id = change.name AND k.of_branches
          AND (k.stands_for, k.collation_clause, k.initial, k.filled)
            IS NOT DISTINCT FROM (change.type, change.collation_clause, value, rewritten AND NOT change.has_initial)
          AND epoch.give_layers_enum(of_table, k.name, change.type) IS NULL;
      END IF;
      IF FOUND THEN
        names_change := true;
        PERFORM epoch.rename_layer_column(of_table, adopted, change.name);
        UPDATE epoch.table_columns SET name = change.name, number = change.number, of_branches = false, never_live = false
        WHERE table_id = of_table AND name = adopted;
        CONTINUE;
      END IF;
    END IF;
    INSERT INTO epoch.table_columns (table_id, name, column_id, number, type, collation_clause, initial, filled)
    VALUES (
      of_table, change.name, coalesce(former.column_id, epoch.new_column_id(of_table, change.name)), change.number,
      change.type, change.collation_clause, value,
      change.aside IS NOT NULL OR rewritten AND NOT change.has_initial);
    FOR layer IN SELECT * FROM epoch.layers(of_table) WHERE kind <> 'o' ORDER BY relation LOOP
      PERFORM epoch.add_layer_column(
        layer.kind, layer.relation, change.name,
        CASE WHEN layer.kind = 'v' THEN change.declared ELSE change.type END || change.collation_clause,
        CASE WHEN change.aside IS NULL THEN value END);
      IF change.aside IS NOT NULL THEN
        PERFORM epoch.convert_layer_column(layer.kind, layer.relation, change.aside, change.name, change.type);
      END IF;
    END LOOP;
  END LOOP;

  UPDATE epoch.tables
  SET columns = epoch.stored_columns(live), last_column = epoch.last_column(live), live_oid = live,
    file_nodes = epoch.file_nodes(live)
  WHERE table_id = of_table;
  PERFORM epoch.create_row_capture(
    of_table, epoch.object_of('c', of_table), epoch.object_of('w', of_table), epoch.waits_at_key(of_table));
  FOR layer IN SELECT * FROM epoch.layers(of_table) WHERE kind = 'v' ORDER BY branch_id LOOP
    PERFORM epoch.create_overlay_capture(layer.branch_id, of_table);
    PERFORM epoch.relax_overlay(of_table, layer.branch_id);
  END LOOP;
  -- they are made anew for the columns of the layers
  PERFORM epoch.close_open_tables(of_table, false);
  IF names_change THEN
    PERFORM epoch.rebuild_views(p.branch_id, of_table)
    FROM epoch.branch_tables AS p
    JOIN epoch.branches AS b ON b.branch_id = p.branch_id AND NOT b.dropped
    WHERE p.table_id = of_table AND b.changed_schema IS NOT NULL;
  END IF;
  RETURN NULL;
END
$$;

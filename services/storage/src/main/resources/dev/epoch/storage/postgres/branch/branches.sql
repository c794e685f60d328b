-- Branches, as the server tells of them and as sessions use them.

ALTER TABLE epoch.branches ADD COLUMN IF NOT EXISTS begun boolean NOT NULL DEFAULT true;
ALTER TABLE epoch.branches ALTER COLUMN begun SET DEFAULT false;
ALTER TABLE epoch.branches ADD COLUMN IF NOT EXISTS unused boolean NOT NULL DEFAULT false;

COMMENT ON COLUMN epoch.branches.begun IS 'The views and functions that the branch began with were made here';
COMMENT ON COLUMN epoch.branches.unused IS 'These were made, and no session has come yet';

-- Tells of a branch, or of its new name, as the repository has it at a version of its log. Ids are what branches are
-- known by: another branch that still has the name here loses it, and is called by its id until it is told of again;
-- if it was told of at a later version, this one is called so. Answers the id of that other branch.
CREATE OR REPLACE FUNCTION epoch.put_branch(
  new_branch text, of_repository text, named text, default_branch boolean, told bigint, own boolean DEFAULT false
) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  holder epoch.branches;
  given text;
BEGIN
  LOOP
    given := named;
    SELECT * INTO holder FROM epoch.branches
    WHERE repository = of_repository AND name = named AND NOT dropped AND branch_id <> new_branch
    FOR UPDATE;
    BEGIN
      IF holder.told_at > told THEN
        given := '~' || new_branch;
      ELSIF holder.branch_id IS NOT NULL THEN
        UPDATE epoch.branches SET name = '~' || branch_id WHERE branch_id = holder.branch_id;
      END IF;
      INSERT INTO epoch.branches AS b (branch_id, repository, name, label, is_default, told_at, own_sequences)
      VALUES (new_branch, of_repository, given, epoch.label(named, 12), default_branch, told, own)
      ON CONFLICT (branch_id) DO UPDATE
      SET name = excluded.name, dropped = false, told_at = excluded.told_at, own_sequences = excluded.own_sequences
      WHERE (b.name <> excluded.name OR b.dropped OR b.own_sequences <> excluded.own_sequences)
        AND b.told_at <= excluded.told_at;
      RETURN holder.branch_id;
    EXCEPTION WHEN unique_violation THEN
      -- somebody told of another branch of the name meanwhile: it is there now
    END;
  END LOOP;
END
$$;

-- Tells which columns a table has on a branch; that of the default branch has those of the live table.
--
--   head_definition   the table as the log has it, where it is not as the live table; '' leaves what is known
CREATE OR REPLACE FUNCTION epoch.show_columns(of_branch text, of_table text, column_ids text[], head_definition text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE epoch.branch_tables AS place
  SET shown = column_ids, definition = CASE head_definition WHEN '' THEN place.definition ELSE head_definition::jsonb END,
    retyped = place.retyped AND head_definition IS NOT DISTINCT FROM ''
  WHERE place.branch_id = of_branch AND place.table_id = of_table
    AND (
      NOT (place.shown @> column_ids AND place.shown <@ column_ids)
      OR head_definition IS DISTINCT FROM ''
        AND (place.retyped OR place.definition IS DISTINCT FROM head_definition::jsonb)
    )
    AND EXISTS (SELECT FROM epoch.branches AS b WHERE b.branch_id = of_branch AND NOT b.is_default);
  IF FOUND THEN
    IF EXISTS (
      SELECT FROM epoch.branch_tables AS p
      WHERE p.branch_id = of_branch AND p.table_id = of_table AND p.has_overlay AND p.definition IS NOT NULL
    ) THEN
      PERFORM epoch.loosen_overlay(of_branch, of_table);
      PERFORM epoch.create_overlay_capture(of_branch, of_table);
    END IF;
    PERFORM epoch.rebuild_views(of_branch, of_table);
  END IF;
END
$$;

-- Tells where the rows of a table at a branch's head are. A branch with its own overlay only moves its anchor,
-- and only if the head is in that overlay: before its first commit the overlay stands over what it was made of.
-- The default branch only moves on. Who says that the table is like the live one (no definition) says by which columns of
-- the live table that was judged: where it has others by now, nothing is done, and the answer is the table.
CREATE OR REPLACE FUNCTION epoch.put_branch_table(
  of_branch text, of_table text, head_anchor bigint, head_overlay text, head_position bigint, head_columns text[],
  head_definition text, judged_by text DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  source text := CASE WHEN head_overlay <> of_branch THEN head_overlay END;
  changed boolean;
BEGIN
  IF head_definition IS NULL AND judged_by IS NOT NULL THEN
    -- who gives the live table other columns locks this row first
    PERFORM FROM epoch.tables AS t WHERE t.table_id = of_table FOR SHARE;
    IF (SELECT epoch.columns_noted(t.live_definition) <> judged_by FROM epoch.tables AS t WHERE t.table_id = of_table) THEN
      RETURN of_table;
    END IF;
  END IF;
  head_definition := epoch.definition_told(of_table, head_definition);
  PERFORM epoch.show_columns(of_branch, of_table, head_columns, head_definition);
  INSERT INTO epoch.branch_tables AS place (
    branch_id, table_id, anchor, source_overlay, source_position, shown, definition, dropped_columns, retyped)
  SELECT of_branch, of_table, head_anchor, source, CASE WHEN source IS NOT NULL THEN head_position END,
    CASE WHEN NOT b.is_default THEN head_columns END,
    CASE WHEN b.is_default THEN NULL WHEN head_definition = '' THEN origin.definition ELSE head_definition::jsonb END,
    coalesce(origin.dropped_columns, '{}'),
    NOT b.is_default AND head_definition IS NOT DISTINCT FROM '' AND (
      origin.retyped IS TRUE OR EXISTS (
        SELECT
        FROM epoch.table_columns AS gone
        JOIN epoch.table_columns AS now ON now.table_id = gone.table_id AND now.column_id = gone.column_id
        WHERE gone.table_id = of_table AND gone.number IS NULL AND now.number IS NOT NULL
      )
    )
  FROM epoch.branches AS b
  LEFT JOIN epoch.branch_tables AS origin ON origin.branch_id = head_overlay AND origin.table_id = of_table
  WHERE b.branch_id = of_branch
  ON CONFLICT (branch_id, table_id) DO UPDATE
  SET anchor = CASE
      WHEN (SELECT b.is_default FROM epoch.branches AS b WHERE b.branch_id = of_branch)
      THEN greatest(place.anchor, excluded.anchor)
      ELSE excluded.anchor
    END,
    source_overlay = excluded.source_overlay,
    source_position = excluded.source_position
  WHERE (place.anchor, place.source_overlay, place.source_position)
      IS DISTINCT FROM (excluded.anchor, excluded.source_overlay, excluded.source_position)
    AND (NOT place.has_overlay OR head_overlay = of_branch)
  RETURNING true INTO changed;
  IF changed THEN
    PERFORM epoch.rebuild_views(of_branch, of_table);
    IF source IS NOT NULL THEN
      PERFORM epoch.pass_sequences(of_branch, ARRAY[of_table]);
    END IF;
  END IF;
  RETURN NULL;
END
$$;

-- Drops a schema that has had views of ours, unless others made something in it.
CREATE OR REPLACE FUNCTION epoch.drop_schema_of_views(schema_name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
BEGIN
  EXECUTE format('DROP SCHEMA IF EXISTS %I', schema_name);
EXCEPTION WHEN dependent_objects_still_exist THEN
  RAISE WARNING 'Schema % stays: it holds objects that Epoch did not make', schema_name;
END
$$;

-- Drops a branch's schemas of views. What others made in them stays, with its schema.
CREATE OR REPLACE FUNCTION epoch.drop_branch_schemas(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  b epoch.branches;
  of_table text;
BEGIN
  PERFORM epoch.drop_own_sequences(of_branch);
  SELECT * INTO b FROM epoch.branches WHERE branch_id = of_branch;
  IF b.changed_schema IS NULL THEN
    RETURN;
  END IF;
  PERFORM epoch.drop_open_table(of_branch, p.table_id) FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch;
  FOR of_table IN SELECT table_id FROM epoch.branch_tables WHERE branch_id = of_branch LOOP
    EXECUTE format('DROP VIEW IF EXISTS %I.%I CASCADE', b.changed_schema, epoch.view_name(of_table));
    EXECUTE format('DROP VIEW IF EXISTS %I.%I CASCADE', b.base_schema, epoch.view_name(of_table));
    PERFORM epoch.drop_inner_views(of_branch, of_table);
    EXECUTE format('DROP FUNCTION IF EXISTS epoch.%I', epoch.object_of('vi', of_table, of_branch));
  END LOOP;
  PERFORM epoch.drop_own_types(of_branch);
  PERFORM epoch.drop_schema_of_views(b.changed_schema);
  PERFORM epoch.drop_schema_of_views(b.base_schema);
  DELETE FROM epoch.views_aside AS a WHERE a.branch_id = of_branch;
  DELETE FROM epoch.own_parts AS o WHERE o.branch_id = of_branch;
  UPDATE epoch.branches SET changed_schema = NULL, base_schema = NULL WHERE branch_id = of_branch;
END
$$;

-- Forgets the branch's name and its views.
CREATE OR REPLACE FUNCTION epoch.drop_branch(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM epoch.drop_own_objects(of_branch);
  PERFORM epoch.drop_branch_schemas(of_branch);
  PERFORM epoch.drop_copy(of_branch, b.table_id)
  FROM epoch.branch_tables AS b WHERE b.branch_id = of_branch;
  UPDATE epoch.branches SET dropped = true WHERE branch_id = of_branch;
END
$$;

-- Forgets that the branch has tables other than these.
CREATE OR REPLACE FUNCTION epoch.keep_branch_tables(of_branch text, tables text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  b epoch.branches;
  gone text;
BEGIN
  SELECT * INTO STRICT b FROM epoch.branches WHERE branch_id = of_branch;
  FOR gone IN
    SELECT p.table_id FROM epoch.branch_tables AS p
    WHERE p.branch_id = of_branch AND NOT p.has_overlay AND p.table_id NOT IN (SELECT unnest(tables))
  LOOP
    DELETE FROM epoch.branch_tables WHERE branch_id = of_branch AND table_id = gone;
    PERFORM epoch.rebuild_views(of_branch, gone);
  END LOOP;
END
$$;

-- The branch of a name. Fails if there is none, or several repositories have one and none is named.
CREATE OR REPLACE FUNCTION epoch.find_branch(named text, in_repository text) RETURNS epoch.branches
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found epoch.branches;
BEGIN
  SELECT * INTO STRICT found FROM epoch.branches AS b
  WHERE b.name = named AND NOT b.dropped AND (in_repository IS NULL OR b.repository = in_repository);
  RETURN found;
EXCEPTION
  WHEN no_data_found THEN
    RAISE EXCEPTION 'There is no branch "%"', named USING ERRCODE = 'undefined_object',
      HINT = 'See: epoch branch list';
  WHEN too_many_rows THEN
    RAISE EXCEPTION 'Several repositories have a branch "%"', named USING ERRCODE = 'ambiguous_alias',
      HINT = 'Name the repository: SELECT epoch.use_branch(''branch'', ''repository'')';
END
$$;

-- Makes the schemas of a branch unless they are there, and the views, but for tables that are opened at once.
CREATE OR REPLACE FUNCTION epoch.create_branch_schemas(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  b epoch.branches;
  in_schema text;
  of_table text;
BEGIN
  SELECT * INTO STRICT b FROM epoch.branches WHERE branch_id = of_branch FOR UPDATE;
  IF b.changed_schema IS NOT NULL THEN
    RETURN;
  END IF;
  UPDATE epoch.branches
  SET changed_schema = epoch.branch_schema('changed', b.label, b.branch_id),
    base_schema = epoch.branch_schema('base', b.label, b.branch_id)
  WHERE branch_id = of_branch
  RETURNING * INTO b;
  FOREACH in_schema IN ARRAY ARRAY[b.changed_schema, b.base_schema] LOOP
    IF to_regnamespace(quote_ident(in_schema)) IS NULL THEN
      EXECUTE format('CREATE SCHEMA %I', in_schema);
    END IF;
  END LOOP;
  EXECUTE format('GRANT USAGE ON SCHEMA %I, %I TO PUBLIC', b.changed_schema, b.base_schema);
  PERFORM epoch.grant_creation(of_branch);
  PERFORM epoch.make_own_sequences(of_branch);
  -- nobody may have looked at live tables since they got other columns
  PERFORM epoch.follow_table(s) FROM epoch.perhaps_altered(of_branch) AS s;
  PERFORM epoch.open_small_tables(of_branch, true);
  FOR of_table IN
    SELECT table_id FROM epoch.branch_tables
    WHERE branch_id = of_branch AND open_relation IS NULL AND NOT b.schema_only
  LOOP
    PERFORM epoch.rebuild_views(of_branch, of_table);
  END LOOP;
END
$$;

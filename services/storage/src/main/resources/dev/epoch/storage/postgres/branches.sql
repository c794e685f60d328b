-- Branches, as the server tells of them and as sessions use them.

-- Tells of a branch or its new name.
CREATE OR REPLACE FUNCTION epoch.put_branch(
  new_branch text, of_repository text, named text, default_branch boolean
) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  INSERT INTO epoch.branches AS b (branch_id, repository, name, label, is_default)
  VALUES (new_branch, of_repository, named, epoch.label(named, 12), default_branch)
  ON CONFLICT (branch_id) DO UPDATE
  SET name = excluded.name, dropped = false
  WHERE b.name <> excluded.name OR b.dropped
$$;

-- Tells where the rows of a table at a branch's head are. A branch with its own overlay only moves its anchor,
-- and only if the head is in that overlay: before its first commit the overlay stands over what it was made of.
-- The default branch only moves on.
CREATE OR REPLACE FUNCTION epoch.put_branch_table(
  of_branch text, of_table text, head_anchor bigint, head_overlay text, head_position bigint
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  source text := CASE WHEN head_overlay <> of_branch THEN head_overlay END;
  changed boolean;
BEGIN
  INSERT INTO epoch.branch_tables AS place (branch_id, table_id, anchor, source_overlay, source_position)
  VALUES (of_branch, of_table, head_anchor, source, CASE WHEN source IS NOT NULL THEN head_position END)
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
  END IF;
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
  schema_name text;
BEGIN
  SELECT * INTO b FROM epoch.branches WHERE branch_id = of_branch;
  IF b.changed_schema IS NULL THEN
    RETURN;
  END IF;
  FOR of_table IN SELECT table_id FROM epoch.branch_tables WHERE branch_id = of_branch LOOP
    EXECUTE format('DROP VIEW IF EXISTS %I.%I CASCADE', b.changed_schema, epoch.view_name(of_table));
    EXECUTE format('DROP VIEW IF EXISTS %I.%I CASCADE', b.base_schema, epoch.view_name(of_table));
    EXECUTE format('DROP FUNCTION IF EXISTS epoch.%I', epoch.object_of('vi', of_table, of_branch));
  END LOOP;
  FOREACH schema_name IN ARRAY ARRAY[b.changed_schema, b.base_schema] LOOP
    BEGIN
      EXECUTE format('DROP SCHEMA IF EXISTS %I', schema_name);
    EXCEPTION WHEN dependent_objects_still_exist THEN
      RAISE WARNING 'Schema % stays: it holds objects that Epoch did not make', schema_name;
    END;
  END LOOP;
  UPDATE epoch.branches SET changed_schema = NULL, base_schema = NULL WHERE branch_id = of_branch;
END
$$;

-- Forgets the branch's name and its views.
CREATE OR REPLACE FUNCTION epoch.drop_branch(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
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
    SELECT table_id FROM epoch.branch_tables
    WHERE branch_id = of_branch AND table_id <> ALL (tables) AND NOT has_overlay
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

-- The search path on a branch: its schemas of views before the given path without those of other branches of
-- the repository. Makes the views on first use.
CREATE OR REPLACE FUNCTION epoch.branch_path(named text, in_repository text, former_path text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  b epoch.branches := epoch.find_branch(named, in_repository);
  rest text;
BEGIN
  IF NOT b.is_default AND b.changed_schema IS NULL THEN
    PERFORM epoch.create_branch_schemas(b.branch_id);
    b := epoch.find_branch(named, in_repository);
  ELSIF NOT b.is_default THEN
    PERFORM epoch.renew_privileges(b.branch_id);
  END IF;
  SELECT string_agg(part, ', ' ORDER BY place) INTO rest
  FROM regexp_split_to_table(former_path, '\s*,\s*') WITH ORDINALITY AS p (part, place)
  WHERE NOT EXISTS (
    SELECT FROM epoch.branches AS other
    WHERE other.repository = b.repository
      AND part IN (
        epoch.branch_schema('changed', other.label, other.branch_id),
        epoch.branch_schema('base', other.label, other.branch_id)
      )
  );
  RETURN CASE
    WHEN b.is_default THEN rest
    ELSE b.changed_schema || ', ' || b.base_schema || coalesce(', ' || nullif(rest, ''), '')
  END;
END
$$;

CREATE OR REPLACE FUNCTION epoch.create_branch_schemas(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  b epoch.branches;
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
  EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', b.changed_schema);
  EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', b.base_schema);
  EXECUTE format('GRANT USAGE ON SCHEMA %I, %I TO PUBLIC', b.changed_schema, b.base_schema);
  FOR of_table IN SELECT table_id FROM epoch.branch_tables WHERE branch_id = of_branch LOOP
    PERFORM epoch.rebuild_views(of_branch, of_table);
  END LOOP;
END
$$;

-- From now on the session works on this branch: names of tables mean the branch's rows.
CREATE OR REPLACE FUNCTION epoch.use_branch(name text, repository text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM pg_catalog.set_config(
    'search_path',
    epoch.branch_path(name, repository, pg_catalog.current_setting('search_path')),
    false);
  RETURN name;
END
$$;

-- The branch that the search path leads to. Without one: the default branch, if there is only one repository.
CREATE OR REPLACE FUNCTION epoch.branch_of_path(path text, in_repository text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(
    (
      SELECT b.name
      FROM regexp_split_to_table(path, '\s*,\s*') WITH ORDINALITY AS p (part, place)
      JOIN epoch.branches AS b ON b.changed_schema = p.part
      WHERE in_repository IS NULL OR b.repository = in_repository
      ORDER BY p.place
      LIMIT 1
    ),
    (
      SELECT CASE WHEN count(*) = 1 THEN max(b.name) END
      FROM epoch.branches AS b
      WHERE b.is_default AND NOT b.dropped AND (in_repository IS NULL OR b.repository = in_repository)
    )
  )
$$;

CREATE OR REPLACE FUNCTION epoch.current_branch(repository text DEFAULT NULL) RETURNS text
LANGUAGE sql
AS $$
  SELECT epoch.branch_of_path(pg_catalog.current_setting('search_path'), repository)
$$;

-- The guard of live tables: statements of a session that stands on a branch would change what everybody sees, so
-- they fail. That holds whichever way a statement came to the table: a name with its schema, a view, a function with a
-- search_path of its own or with a body that was parsed before.

-- Whether the session has said that it wants to write live tables.
CREATE OR REPLACE FUNCTION epoch.allows_live_writes() RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(lower(current_setting('epoch.allow_live_writes', true)) IN ('on', 'true', 'yes', '1'), false)
$$;

-- The registered table that a relation is, or is a partition of; null if there is none.
CREATE OR REPLACE FUNCTION epoch.registration_of(relation oid) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT t.table_id
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN epoch.tables AS t ON (t.schema_name, t.table_name) = (n.nspname, c.relname)
    OR t.append_only AND (n.nspname, c.relname) = ('epoch', epoch.object_name('r', t.label, t.table_id))
  WHERE c.oid = coalesce(pg_partition_root(relation), relation)
$$;

-- Fails if a session with these settings must not write a live table.
CREATE OR REPLACE FUNCTION epoch.refuse_live_write(on_table regclass, path text, setting text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  stands record;
BEGIN
  IF setting = 'live' OR epoch.allows_live_writes() THEN
    RETURN;
  END IF;
  SELECT * INTO t FROM epoch.tables WHERE table_id = epoch.registration_of(on_table);
  -- a branch of the table's repository tells most, and a choice more than a path
  SELECT * INTO stands FROM epoch.branches_of_session(path, setting) AS s
  ORDER BY s.repository IS DISTINCT FROM t.repository, s.place LIMIT 1;
  IF NOT FOUND OR stands.is_default AND stands.repository = t.repository THEN
    RETURN;
  END IF;
  IF stands.is_gone THEN
    PERFORM epoch.raise_branch_gone(stands.name);
  END IF;
  RAISE EXCEPTION 'This session stands on branch "%": it may not write the live table %', stands.name, on_table
    USING ERRCODE = 'EP002', TABLE = t.table_name, SCHEMA = t.schema_name,
      DETAIL = CASE
        WHEN stands.repository IS DISTINCT FROM t.repository
          THEN format('The table belongs to the repository "%s".', t.repository)
        WHEN NOT EXISTS (
          SELECT FROM epoch.branch_tables AS b WHERE b.branch_id = stands.branch_id AND b.table_id = t.table_id
        ) THEN 'The branch does not have the table: it was registered later. Merge the default branch into it.'
        ELSE format(
          'On the branch the table is called %s, without a schema. Names with a schema, views, and functions with a '
          'search_path of their own mean the live table.', quote_ident(t.view_name))
      END,
      HINT = 'SELECT epoch.use_branch(''main'') goes back to the live tables; SET epoch.allow_live_writes = on lets '
        'this session write them from the branch.';
END
$$;

-- Runs before statements that empty a live table, and before all on the users' table of an append-only one; those before
-- other statements are epoch.note_beginning.
CREATE OR REPLACE FUNCTION epoch.guard_truncate() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF pg_catalog.current_setting('epoch.branch', true) OPERATOR(pg_catalog.<>) ''
    OR pg_catalog.strpos(pg_catalog.current_setting('search_path'), 'epoch_') OPERATOR(pg_catalog.>) 0
  THEN
    PERFORM epoch.refuse_live_write(
      TG_RELID, pg_catalog.current_setting('search_path'), pg_catalog.current_setting('epoch.branch', true));
  END IF;
  RETURN NULL;
END
$$;

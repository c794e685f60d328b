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
          SELECT FROM epoch.branch_tables AS b WHERE b.branch_id = stands.branch_id AND b.table_id = t.table_id AND NOT b.absent
        ) THEN 'The branch does not have the table: it was registered later, or dropped there. Merge the default branch into it.'
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

-- Runs at the end of each statement that changes tables, as whoever made it, where Epoch's role may have an event trigger: a
-- session on a branch that names a live table with its schema would change what everybody sees.
CREATE OR REPLACE FUNCTION epoch.guard_live_schema() RETURNS event_trigger
LANGUAGE plpgsql
AS $$
DECLARE
  path pg_catalog.text := pg_catalog.current_setting('search_path');
  setting pg_catalog.text := pg_catalog.current_setting('epoch.branch', true);
  changed record;
  gone record;
BEGIN
  -- the server's own sessions; those that are on no branch
  IF setting OPERATOR(pg_catalog.=) 'live'
    OR (setting IS NULL OR setting OPERATOR(pg_catalog.=) '')
      AND pg_catalog.strpos(path, 'epoch_') OPERATOR(pg_catalog.=) 0
  THEN
    RETURN;
  END IF;
  IF TG_EVENT OPERATOR(pg_catalog.=) 'sql_drop' THEN
    FOR gone IN SELECT d.schema_name, d.object_name, d.object_type FROM pg_catalog.pg_event_trigger_dropped_objects() AS d
      WHERE d.original AND d.object_type IN ('table', 'type', 'domain', 'sequence')
    LOOP
      IF gone.object_type OPERATOR(pg_catalog.=) 'table' THEN
        PERFORM epoch.refuse_live_drop(gone.schema_name, gone.object_name, path, setting);
      ELSE
        PERFORM epoch.refuse_shared_change(
          TG_TAG, gone.schema_name, pg_catalog.format('%I.%I', gone.schema_name, gone.object_name), path, setting);
      END IF;
    END LOOP;
    RETURN;
  END IF;
  FOR changed IN SELECT c.classid, c.objid, c.schema_name, c.object_identity FROM pg_catalog.pg_event_trigger_ddl_commands() AS c
  LOOP
    IF TG_TAG IN ('ALTER TYPE', 'ALTER DOMAIN', 'ALTER SEQUENCE') THEN
      PERFORM epoch.refuse_shared_change(TG_TAG, changed.schema_name, changed.object_identity, path, setting);
    ELSIF changed.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass THEN
      PERFORM epoch.refuse_live_alteration(changed.objid, path, setting);
    END IF;
  END LOOP;
END
$$;

-- Fails if a session with these settings must not change a table, or the table of an index: a registered live one.
CREATE OR REPLACE FUNCTION epoch.refuse_live_alteration(relation oid, path text, setting text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  altered oid := coalesce((SELECT i.indrelid FROM pg_index AS i WHERE i.indexrelid = relation), relation);
BEGIN
  IF epoch.registration_of(altered) IS NOT NULL THEN
    PERFORM epoch.refuse_live_write(altered::regclass, path, setting);
  END IF;
END
$$;

-- The same for a table that has just been dropped.
CREATE OR REPLACE FUNCTION epoch.refuse_live_drop(in_schema text, named text, path text, setting text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF setting IS DISTINCT FROM 'live' AND NOT epoch.allows_live_writes()
    AND EXISTS (SELECT FROM epoch.tables AS t WHERE t.schema_name = in_schema AND t.table_name = named)
    AND EXISTS (SELECT FROM epoch.branches_of_session(path, setting) AS s WHERE NOT s.is_default)
  THEN
    RAISE EXCEPTION 'This session stands on a branch: it may not drop the live table %.%', in_schema, named
      USING ERRCODE = 'EP002', HINT = 'SELECT epoch.use_branch(''main'') goes back to the live tables.';
  END IF;
END
$$;

-- Fails if a session with these settings must not change a type or a sequence: those that no branch has made are everybody's.
CREATE OR REPLACE FUNCTION epoch.refuse_shared_change(tag text, in_schema text, named text, path text, setting text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
  stands record;
  labels text[];
BEGIN
  IF setting IS NOT DISTINCT FROM 'live' OR epoch.allows_live_writes() OR epoch.is_for_branches(in_schema)
    OR in_schema IS NULL OR in_schema = 'epoch' OR starts_with(in_schema, 'pg_')
  THEN
    RETURN;
  END IF;
  SELECT * INTO stands FROM epoch.branches_of_session(path, setting) AS s WHERE NOT s.is_default ORDER BY s.place LIMIT 1;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  labels := epoch.enum_labels(to_regtype(named));
  RAISE EXCEPTION 'This session stands on branch "%": % of % would change it for everybody', stands.name, tag, named
    USING ERRCODE = 'EP002',
      DETAIL = CASE
        WHEN tag LIKE '% SEQUENCE' THEN 'The branch has no sequence of that name, and reads the live one.'
        ELSE 'The branch has no type of that name, and reads the live one.'
      END,
      HINT = concat(
        CASE
          WHEN tag LIKE '% SEQUENCE'
            THEN 'A branch that was made with --own-sequences has sequences of its own.'
          WHEN tag LIKE 'DROP %' THEN 'Nothing has to be dropped for a branch.'
          WHEN labels IS NOT NULL THEN format(
            'Make a type of the branch, and give it to the column: CREATE TYPE %1$s AS ENUM (%2$s); '
            'ALTER TABLE ... ALTER ... TYPE %1$s USING ...::text::%1$s. The merge adds its labels to the live type.',
            quote_ident((parse_ident(named))[2]), (SELECT string_agg(quote_literal(l), ', ' ORDER BY place) FROM unnest(labels) WITH ORDINALITY AS e (l, place)))
          ELSE format(
            'Make a type of the branch, and give it to the column: CREATE %1$s %2$s ...; ALTER TABLE ... ALTER ... TYPE %2$s.',
            split_part(tag, ' ', 2), quote_ident((parse_ident(named))[2]))
        END,
        ' SELECT epoch.use_branch(''main'') goes back to live, where it is changed for all.');
END
$$;

-- Makes the event triggers unless they are there, or the role may not.
CREATE OR REPLACE FUNCTION epoch.watch_live_schema() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user)
    -- of earlier versions they are about tables alone
    AND NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'epoch_live_schema' AND 'ALTER TYPE' = ANY (evttags))
  THEN
    DROP EVENT TRIGGER IF EXISTS epoch_live_schema;
    DROP EVENT TRIGGER IF EXISTS epoch_live_drops;
    CREATE EVENT TRIGGER epoch_live_schema ON ddl_command_end
    WHEN TAG IN ('ALTER TABLE', 'CREATE INDEX', 'ALTER TYPE', 'ALTER DOMAIN', 'ALTER SEQUENCE')
    EXECUTE FUNCTION epoch.guard_live_schema();
    CREATE EVENT TRIGGER epoch_live_drops ON sql_drop WHEN TAG IN ('DROP TABLE', 'DROP TYPE', 'DROP DOMAIN', 'DROP SEQUENCE')
    EXECUTE FUNCTION epoch.guard_live_schema();
  END IF;
END
$$;

-- Sessions on branches. Two settings of a session say where it stands; use_branch changes them together.
--
--   search_path    the branch's schemas of views come before the session's own, so that names mean the branch
--   epoch.branch   one "repository/branch id" for each repository in which a branch was chosen, separated by spaces.
--                  Empty: none was. 'live': the session stands on no branch, whatever its search_path says (the
--                  server's own sessions say so, against settings of roles and databases)

-- A schema that stood first in the path of sessions on branches of earlier versions, and that nobody may create in. Settings
-- of roles and connections may still name it.
CREATE OR REPLACE FUNCTION epoch.closed_schema() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT 'epoch_create_on_main_instead'
$$;

-- Sees to it that nothing is made on a branch that hides what the branch has, where the role may: an event trigger takes a
-- superuser. Elsewhere the next epoch.use_branch says so.
CREATE OR REPLACE FUNCTION epoch.watch_creations() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user)
    AND NOT current_setting('transaction_read_only')::boolean
    AND EXISTS (SELECT FROM epoch.branches AS b WHERE b.changed_schema IS NOT NULL)
    AND NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'epoch_closed_schema')
  THEN
    CREATE EVENT TRIGGER epoch_closed_schema ON ddl_command_end EXECUTE FUNCTION epoch.refuse_creation();
  END IF;
  IF (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user)
    AND NOT current_setting('transaction_read_only')::boolean
    AND EXISTS (SELECT FROM epoch.branches AS b WHERE b.changed_schema IS NOT NULL)
    AND NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'epoch_layered_tables')
  THEN
    CREATE EVENT TRIGGER epoch_layered_tables ON ddl_command_start
    WHEN TAG IN ('ALTER TABLE', 'DROP TABLE', 'CREATE INDEX', 'CREATE TRIGGER', 'CREATE POLICY', 'CREATE RULE', 'COMMENT')
    EXECUTE FUNCTION epoch.refuse_layered();
  END IF;
EXCEPTION WHEN unique_violation OR duplicate_object THEN
  -- another session was making it, and has
  NULL;
END
$$;

-- Runs at the end of each DDL statement in the database, as whoever made it.
CREATE OR REPLACE FUNCTION epoch.refuse_creation() RETURNS event_trigger
LANGUAGE plpgsql
AS $$
DECLARE
  hiding pg_catalog.text;
BEGIN
  IF pg_catalog.strpos(pg_catalog.current_setting('search_path'), 'epoch_') OPERATOR(pg_catalog.=) 0 THEN
    RETURN;
  END IF;
  IF TG_TAG OPERATOR(pg_catalog.=) 'CREATE FUNCTION' THEN
    PERFORM epoch.note_function(c.schema_name) FROM pg_catalog.pg_event_trigger_ddl_commands() AS c;
    RETURN;
  END IF;
  SELECT c.object_identity INTO hiding
  FROM pg_catalog.pg_event_trigger_ddl_commands() AS c
  WHERE c.command_tag IN ('CREATE TABLE', 'CREATE TABLE AS', 'CREATE VIEW', 'CREATE MATERIALIZED VIEW', 'CREATE SEQUENCE',
      'CREATE FOREIGN TABLE', 'SELECT INTO')
    AND c.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
    AND epoch.hides_table(c.objid)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'The branch of this session has a table of that name: % is refused', TG_TAG USING ERRCODE = 'EP002',
      DETAIL = pg_catalog.concat(hiding, ' would hide it.'), HINT = 'Choose another name.';
  END IF;
END
$$;

-- Whether a relation hides a table of the branch in whose schema it is.
CREATE OR REPLACE FUNCTION epoch.hides_table(relation oid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN epoch.branches AS b ON b.changed_schema = n.nspname
    WHERE c.oid = relation AND relation IN (SELECT epoch.hiding_relations(b.branch_id))
  )
$$;

-- The elements of a search path: as they are written, and the schemas that they mean.
CREATE OR REPLACE FUNCTION epoch.path_parts(path text)
RETURNS TABLE (place bigint, part text, schema_name text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT m.place, p.part, CASE
    WHEN p.part LIKE '"%' THEN replace(substr(p.part, 2, length(p.part) - 2), '""', '"')
    ELSE lower(p.part)
  END
  FROM regexp_matches(path, '("(?:[^"]|"")*"|[^,"]+)', 'g') WITH ORDINALITY AS m (found, place)
  CROSS JOIN LATERAL (SELECT btrim(m.found[1], E' \t\n')) AS p (part)
  WHERE p.part <> ''
$$;

-- The schema that an element of a search path means for a role.
CREATE OR REPLACE FUNCTION epoch.schema_of_part(schema_name text, role_name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE schema_name WHEN '$user' THEN role_name ELSE schema_name END
$$;

-- The id of the branch of which a schema is one of the two schemas of views, null for any other schema.
CREATE OR REPLACE FUNCTION epoch.branch_of_schema(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT substring(name FROM '^epoch_.*_(b[0-9a-z]{12})_(?:changed|base)$')
$$;

-- Whether a schema stands in search paths on branches only.
CREATE OR REPLACE FUNCTION epoch.is_for_branches(schema_name text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT schema_name = epoch.closed_schema() OR starts_with(schema_name, epoch.read_schema(''))
    OR epoch.branch_of_schema(schema_name) IS NOT NULL OR schema_name ~ '^epoch_new_t[0-9a-z]+$'
$$;

-- A search path without what leads to branches.
CREATE OR REPLACE FUNCTION epoch.live_path(path text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(string_agg(p.part, ', ' ORDER BY p.place) FILTER (WHERE NOT epoch.is_for_branches(p.schema_name)), '')
  FROM epoch.path_parts(path) AS p
$$;

-- The branches on which a session stands: those of its setting first, then those of its search path.
-- The columns of epoch.branches are null for branches that are not known (any more).
CREATE OR REPLACE FUNCTION epoch.branches_of_session(path text, setting text)
RETURNS TABLE (
  place bigint, is_chosen boolean, branch_id text, repository text, name text, is_default boolean, is_gone boolean
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT s.place, s.is_chosen, s.branch_id, coalesce(s.repository, b.repository), coalesce(b.name, s.branch_id),
    coalesce(b.is_default, false), coalesce(b.dropped, true)
  FROM (
    SELECT e.place, true, split_part(e.entry, '/', 2), split_part(e.entry, '/', 1)
    FROM regexp_split_to_table(setting, '\s+') WITH ORDINALITY AS e (entry, place)
    WHERE e.entry <> ''
    UNION ALL
    SELECT 1000 + min(p.place), false, epoch.branch_of_schema(p.schema_name), NULL
    FROM epoch.path_parts(path) AS p
    WHERE epoch.branch_of_schema(p.schema_name) IS NOT NULL
    GROUP BY epoch.branch_of_schema(p.schema_name)
  ) AS s (place, is_chosen, branch_id, repository)
  LEFT JOIN epoch.branches AS b ON b.branch_id = s.branch_id
  WHERE setting IS DISTINCT FROM 'live'
$$;

CREATE OR REPLACE FUNCTION epoch.raise_branch_gone(branch_name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION 'The branch "%" of this session does not exist any more', branch_name USING ERRCODE = 'EP002',
    DETAIL = 'Without it the names of tables mean the live tables.',
    HINT = 'Choose another one: SELECT epoch.use_branch(''main'')';
END
$$;

-- What a session's settings must be for it to work on a branch. Makes the branch's views on first use.
CREATE OR REPLACE FUNCTION epoch.session_on_branch(
  named text, in_repository text, former_path text, former_setting text, role_name text,
  OUT path text, OUT setting text
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  b epoch.branches := epoch.find_branch(named, in_repository);
  is_on_branch boolean;
BEGIN
  IF NOT b.is_default AND b.changed_schema IS NULL THEN
    -- the server may be at it, which needs the branch's row each time
    PERFORM epoch.await_openings(
      b.branch_id, clock_timestamp() + nullif(current_setting('epoch.open_tables_within', true), '')::interval);
    PERFORM epoch.create_branch_schemas(b.branch_id);
    b := epoch.find_branch(named, in_repository);
    PERFORM epoch.open_small_tables(b.branch_id, false);
  ELSIF NOT b.is_default THEN
    PERFORM epoch.require_open_tables_seen(b.branch_id);
    PERFORM epoch.follow_drops(b.branch_id);
    PERFORM epoch.require_nothing_hidden(b.branch_id);
    PERFORM epoch.know_open_tables(b.branch_id);
    PERFORM epoch.make_own_sequences(b.branch_id);
    -- it waits for others, and nobody is to wait for this session by then
    PERFORM epoch.open_small_tables(b.branch_id, b.unused AND epoch.is_first_use(b.branch_id));
    PERFORM epoch.make_missing_views(b.branch_id);
    PERFORM epoch.renew_privileges(b.branch_id);
    PERFORM epoch.call_own_functions(b.branch_id);
    PERFORM epoch.tell_missing_views(b.branch_id);
  END IF;

  SELECT bool_or(NOT e.is_default), string_agg(e.entry, ' ' ORDER BY e.place) INTO is_on_branch, setting
  FROM (
    SELECT 0, b.is_default, b.repository || '/' || b.branch_id
    UNION ALL
    SELECT s.place, s.is_default, s.repository || '/' || s.branch_id
    FROM epoch.branches_of_session(NULL, former_setting) AS s
    WHERE s.repository <> b.repository
  ) AS e (place, is_default, entry);
  IF NOT is_on_branch THEN
    setting := '';
  END IF;

  IF is_on_branch THEN
    PERFORM epoch.watch_creations();
    PERFORM epoch.refresh_read_views(ARRAY(
      SELECT epoch.schema_of_part(p.schema_name, role_name) FROM epoch.path_parts(former_path) AS p));
  END IF;
  SELECT string_agg(
    concat_ws(', ', CASE WHEN is_on_branch THEN quote_ident(n.nspname) END, p.part), ', ' ORDER BY p.place
  ) INTO path
  FROM epoch.path_parts(former_path) AS p
  LEFT JOIN pg_namespace AS n
    ON n.nspname = epoch.read_schema(epoch.schema_of_part(p.schema_name, role_name))
  LEFT JOIN epoch.branches AS other ON other.branch_id = epoch.branch_of_schema(p.schema_name)
  WHERE NOT epoch.is_for_branches(p.schema_name) OR other.repository <> b.repository;
  path := concat_ws(
    ', ',
    CASE WHEN NOT b.is_default THEN b.changed_schema || ', ' || b.base_schema END,
    nullif(path, ''));
END
$$;

-- From now on the session works on this branch: names of tables mean the branch's rows. With local, until the
-- transaction ends.
CREATE OR REPLACE FUNCTION epoch.use_branch(
  name text, repository text DEFAULT NULL, local boolean DEFAULT false
) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
  session record;
BEGIN
  session := epoch.session_on_branch(
    name, repository, pg_catalog.current_setting('search_path'),
    pg_catalog.current_setting('epoch.branch', true), current_user::pg_catalog.text);
  PERFORM pg_catalog.set_config('search_path', session.path, local);
  PERFORM pg_catalog.set_config('epoch.branch', session.setting, local);
  RETURN name;
END
$$;

-- The search path on a branch, for settings of roles, databases and connections.
CREATE OR REPLACE FUNCTION epoch.branch_path(named text, in_repository text, former_path text) RETURNS text
LANGUAGE sql
AS $$
  SELECT s.path
  FROM epoch.session_on_branch(named, in_repository, former_path, '', current_user::pg_catalog.text) AS s
$$;

-- The branch on which a session stands. Without one: the default branch, if there is only one repository.
-- Fails where the names of tables do not mean what the session has chosen.
CREATE OR REPLACE FUNCTION epoch.branch_of_session(path text, setting text, in_repository text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  chosen record;
  led record;
BEGIN
  SELECT * INTO chosen FROM epoch.branches_of_session(path, setting) AS s
  WHERE s.is_chosen AND (in_repository IS NULL OR s.repository = in_repository) ORDER BY s.place LIMIT 1;
  SELECT * INTO led FROM epoch.branches_of_session(path, setting) AS s
  WHERE NOT s.is_chosen AND coalesce(s.repository = coalesce(chosen.repository, in_repository), true)
  ORDER BY s.place LIMIT 1;
  IF chosen.is_gone OR chosen.branch_id IS NULL AND led.is_gone THEN
    PERFORM epoch.raise_branch_gone(coalesce(chosen.name, led.name));
  END IF;
  IF chosen.branch_id IS NOT NULL
    AND led.branch_id IS DISTINCT FROM (CASE WHEN NOT chosen.is_default THEN chosen.branch_id END)
  THEN
    RAISE EXCEPTION 'This session has chosen branch "%", but its search_path leads to %', chosen.name,
        coalesce('branch "' || led.name || '"', 'the live tables')
      USING ERRCODE = 'EP002',
        DETAIL = 'search_path was set by hand after epoch.use_branch.',
        HINT = format('SELECT epoch.use_branch(%L) leads there again, epoch.use_branch(''main'') back to the live tables', chosen.name);
  END IF;
  RETURN coalesce(chosen.name, led.name, (
    SELECT CASE WHEN count(*) = 1 THEN max(b.name) END
    FROM epoch.branches AS b
    WHERE b.is_default AND NOT b.dropped AND (in_repository IS NULL OR b.repository = in_repository)
  ));
END
$$;

CREATE OR REPLACE FUNCTION epoch.current_branch(repository text DEFAULT NULL) RETURNS text
LANGUAGE sql
AS $$
  SELECT epoch.branch_of_session(
    pg_catalog.current_setting('search_path'), pg_catalog.current_setting('epoch.branch', true), repository)
$$;

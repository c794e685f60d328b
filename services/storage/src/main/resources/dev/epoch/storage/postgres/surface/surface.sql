-- What else sessions call: names of the same things, queries over several branches, rights.

-- Another name of epoch.use_branch.
CREATE OR REPLACE FUNCTION epoch.switch_branch(name text, repository text DEFAULT NULL) RETURNS text
LANGUAGE sql
AS $$
  SELECT epoch.use_branch(name, repository)
$$;

-- The rows of a query on each of some branches, as one JSON array for each.
CREATE OR REPLACE FUNCTION epoch.query_cross_branch(query text, branches text[], repository text DEFAULT NULL)
RETURNS TABLE (branch_name text, result jsonb)
LANGUAGE plpgsql
AS $$
DECLARE
  path text := pg_catalog.current_setting('search_path');
  setting text := COALESCE(pg_catalog.current_setting('epoch.branch', true), '');
  live text := epoch.live_name_in(query);
BEGIN
  IF live IS NOT NULL THEN
    RAISE EXCEPTION 'The query names %, with its schema: that is the live table on every branch', live
      USING ERRCODE = 'EP002', HINT = 'Name tables without their schema.';
  END IF;
  FOREACH branch_name IN ARRAY branches LOOP
    PERFORM epoch.use_branch(branch_name, query_cross_branch.repository, true);
    EXECUTE pg_catalog.format(
      'SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t.*)), ''[]'') FROM (%s) AS t', query) INTO result;
    RETURN NEXT;
  END LOOP;
  PERFORM pg_catalog.set_config('search_path', path, true), pg_catalog.set_config('epoch.branch', setting, true);
END
$$;

-- The first registered table that a query names with its schema, outside of quoted texts; null if there is none.
CREATE OR REPLACE FUNCTION epoch.live_name_in(query text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT min(format('%I.%I', t.schema_name, t.table_name))
  FROM epoch.tables AS t
  WHERE lower(regexp_replace(query, '''(?:[^'']|'''')*''', '', 'g'))
    ~ ('(?:^|[^\w"$])"?' || regexp_replace(lower(t.schema_name), '(\W)', '\\\1', 'g') || '"?\s*\.\s*"?'
       || regexp_replace(lower(t.table_name), '(\W)', '\\\1', 'g') || '(?:$|[^\w$])')
$$;

-- Lets a role read what sessions are told of repositories (read), and hand commands to the server too (write).
-- With REVOKE it is taken back: each is a privilege of PostgreSQL.
CREATE OR REPLACE FUNCTION epoch.grant_access(role_name text, access text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  granted regprocedure;
BEGIN
  IF access NOT IN ('read', 'write') THEN
    RAISE EXCEPTION 'Unknown access "%"', access USING ERRCODE = 'invalid_parameter_value', HINT = 'read or write';
  END IF;
  EXECUTE format(
    'GRANT SELECT ON epoch.branches, epoch.commits, epoch.merge_history, epoch.merge_conflicts, '
    'epoch.schema_comparisons, epoch.schema_merges, epoch.object_snapshots TO %I', role_name);
  FOR granted IN
    SELECT p.oid FROM pg_proc AS p
    WHERE access = 'write' AND p.pronamespace = 'epoch'::regnamespace AND p.prokind = 'p'
      -- who may call it can do what Epoch's role can
      AND p.proname <> 'ddl'
  LOOP
    EXECUTE format('GRANT EXECUTE ON PROCEDURE %s TO %I', granted, role_name);
  END LOOP;
END
$$;

-- Sessions that a role begins in this database are on a branch; null: on no branch. Takes the right to alter the role,
-- and a superuser for the setting epoch.branch.
CREATE OR REPLACE FUNCTION epoch.login_on_branch(role_name text, branch text, repository text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  of_role text := pg_catalog.format('ALTER ROLE %I IN DATABASE %I ', role_name, pg_catalog.current_database());
  former text := epoch.live_path(pg_catalog.current_setting('search_path'));
  session record;
BEGIN
  IF branch IS NULL THEN
    EXECUTE of_role OPERATOR(pg_catalog.||) 'RESET search_path';
    EXECUTE of_role OPERATOR(pg_catalog.||) 'RESET epoch.branch';
    RETURN;
  END IF;
  session := epoch.session_on_branch(branch, login_on_branch.repository, former, '', role_name);
  EXECUTE of_role OPERATOR(pg_catalog.||) 'SET search_path TO ' OPERATOR(pg_catalog.||) session.path;
  EXECUTE pg_catalog.format(of_role OPERATOR(pg_catalog.||) 'SET epoch.branch TO %L', session.setting);
END
$$;

-- At login, from PostgreSQL 17 on: a role, database or connection may name its branch in the setting epoch.branch. Where
-- that fails the session begins nevertheless, and the guard of the live tables refuses what it writes.
CREATE OR REPLACE FUNCTION epoch.log_in() RETURNS event_trigger
LANGUAGE plpgsql
AS $$
DECLARE
  named text := pg_catalog.current_setting('epoch.branch', true);
BEGIN
  IF named OPERATOR(pg_catalog.<>) '' AND named OPERATOR(pg_catalog.<>) 'live'
    AND named OPERATOR(pg_catalog.!~) '/b[0-9a-z]{12}( |$)'
  THEN
    PERFORM epoch.use_branch(named);
  END IF;
EXCEPTION
  WHEN OTHERS THEN
    RAISE WARNING 'This session is not on branch "%": %', named, SQLERRM
      USING HINT = 'It may not write live tables until it chooses a branch: SELECT epoch.use_branch(''main'')';
END
$$;

DO $$
BEGIN
  IF current_setting('server_version_num')::integer >= 170000
    AND (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user)
    AND NOT EXISTS (SELECT FROM pg_event_trigger AS e WHERE e.evtname = 'epoch_login')
  THEN
    EXECUTE 'CREATE EVENT TRIGGER epoch_login ON login EXECUTE FUNCTION epoch.log_in()';
  END IF;
END
$$;

-- Removes what is neither a table nor a function.
CREATE OR REPLACE FUNCTION epoch.remove_surface() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  gone regprocedure;
BEGIN
  DROP EVENT TRIGGER IF EXISTS epoch_login;
  FOR gone IN
    SELECT p.oid FROM pg_proc AS p WHERE p.pronamespace = 'epoch'::regnamespace AND p.prokind = 'p'
  LOOP
    EXECUTE format('DROP PROCEDURE %s', gone);
  END LOOP;
END
$$;

-- Procedures that are new are nobody's but their owner's: who may call them is granted. Grants stay when the
-- resources are applied again.
DO $$
DECLARE
  made regprocedure;
BEGIN
  FOR made IN
    SELECT p.oid FROM pg_proc AS p
    WHERE p.pronamespace = 'epoch'::regnamespace AND p.prokind = 'p' AND p.proacl IS NULL
  LOOP
    EXECUTE format('REVOKE ALL ON PROCEDURE %s FROM PUBLIC', made);
  END LOOP;
END
$$;

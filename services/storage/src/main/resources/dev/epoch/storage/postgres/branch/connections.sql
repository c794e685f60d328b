-- Connections that are on a branch from their start.

-- A value as the startup parameter "options" takes it.
CREATE OR REPLACE FUNCTION epoch.option_value(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT regexp_replace(value, '([\\\s])', '\\\1', 'g')
$$;

-- The startup parameter "options" with which a connection is on a branch; names that the branch does not have are looked
-- up where this session looks. RESET ALL and DISCARD ALL go back to what a connection was started with.
CREATE OR REPLACE FUNCTION epoch.branch_options(name text, repository text DEFAULT NULL) RETURNS text
LANGUAGE sql
AS $$
  SELECT pg_catalog.concat(
    '-c search_path=', epoch.option_value(pg_catalog.replace(s.path, ', ', ',')),
    ' -c epoch.branch=', epoch.option_value(s.setting))
  FROM (
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(p.schema_name), ', ' ORDER BY p.place)
    FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS p (schema_name, place)
  ) AS own (path)
  CROSS JOIN LATERAL epoch.session_on_branch(
    branch_options.name, branch_options.repository, own.path, '', current_user::pg_catalog.text) AS s
$$;

-- The search path that sessions of a role begin with here, as settings of the role, the database or all have it; else that of
-- whoever asks, who has set none. Whether the settings lead to a branch.
CREATE OR REPLACE FUNCTION epoch.path_of_role(role_name text, OUT path text, OUT is_on_branch boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH settings AS (
    SELECT c.setting, row_number() OVER (
        PARTITION BY split_part(c.setting, '=', 1) ORDER BY s.setrole = 0, s.setdatabase = 0) AS place
    FROM pg_db_role_setting AS s
    CROSS JOIN unnest(s.setconfig) AS c (setting)
    LEFT JOIN pg_roles AS r ON r.oid = s.setrole
    WHERE (s.setrole = 0 OR r.rolname = role_name)
      AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))
  )
  SELECT
    coalesce(epoch.live_path(max(substr(s.setting, 13)) FILTER (WHERE starts_with(s.setting, 'search_path='))), ''),
    coalesce(bool_or(
      starts_with(s.setting, 'epoch.branch=') AND s.setting NOT IN ('epoch.branch=', 'epoch.branch=live')
      OR starts_with(s.setting, 'search_path=') AND epoch.live_path(substr(s.setting, 13)) <> substr(s.setting, 13)), false)
  FROM settings AS s
  WHERE s.place = 1
$$;

-- Holds a branch that stands for a commit for the session that reads it: epoch gc leaves it where it is.
CREATE OR REPLACE FUNCTION epoch.hold_commit(of_branch text) RETURNS boolean
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT pg_advisory_lock_shared(hashtextextended('epoch commit ' || of_branch, 0)) IS NOT NULL
$$;

-- Drops branches that stand for commits and that nobody reads.
CREATE OR REPLACE FUNCTION epoch.drop_unread_commits(of_repository text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  unread text;
BEGIN
  FOR unread IN
    SELECT b.branch_id FROM epoch.branches AS b
    WHERE b.repository = of_repository AND epoch.is_commit(b.branch_id)
      AND pg_try_advisory_xact_lock(hashtextextended('epoch commit ' || b.branch_id, 0))
  LOOP
    PERFORM epoch.drop_branch(unread);
    DELETE FROM epoch.branch_tables WHERE branch_id = unread;
    DELETE FROM epoch.branches WHERE branch_id = unread;
  END LOOP;
END
$$;

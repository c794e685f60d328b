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

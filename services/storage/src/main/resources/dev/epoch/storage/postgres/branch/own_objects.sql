-- What sessions have made on a branch, in the branch's first schema: the branch's own, until it is registered (new_tables.sql).

-- The relations of a branch that sessions have made and nobody has registered.
CREATE OR REPLACE FUNCTION epoch.own_relations(of_branch text)
RETURNS TABLE (relation oid, name text, kind text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT c.oid, c.relname::text, c.relkind::text
  FROM epoch.branches AS b
  JOIN pg_namespace AS n ON n.nspname = b.changed_schema
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
  WHERE b.branch_id = of_branch AND NOT c.relispartition
    AND NOT EXISTS (
      SELECT FROM epoch.branch_tables AS p
      WHERE p.branch_id = of_branch AND p.open_relation IS NOT NULL AND to_regclass(p.open_relation) = c.oid
    )
    AND NOT EXISTS (
      SELECT FROM epoch.branch_tables AS p
      JOIN epoch.tables AS t ON t.table_id = p.table_id
      WHERE p.branch_id = of_branch AND p.open_relation IS NULL AND p.has_overlay AND c.relkind = 'v'
        AND t.view_name = c.relname
    )
    AND NOT EXISTS (
      SELECT FROM pg_depend AS d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i', 'e')
        AND d.refclassid IN ('pg_class'::regclass, 'pg_extension'::regclass)
    )
    -- what is being opened
    AND c.relname !~ '__opening_t[0-9a-z]+$'
$$;

-- What sessions have made on a branch that hides tables of the branch.
CREATE OR REPLACE FUNCTION epoch.hiding_relations(of_branch text) RETURNS SETOF oid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT c.oid
  FROM epoch.branches AS b
  JOIN pg_namespace AS n ON n.nspname = b.changed_schema
  JOIN epoch.branch_tables AS p ON p.branch_id = b.branch_id AND p.open_relation IS NULL AND NOT p.absent
  JOIN epoch.tables AS t ON t.table_id = p.table_id
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = t.view_name
    AND (c.relkind <> 'v' OR NOT p.has_overlay)
  WHERE b.branch_id = of_branch
$$;

-- Fails if something hides a table of the branch.
CREATE OR REPLACE FUNCTION epoch.require_nothing_hidden(of_branch text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  hiding text;
BEGIN
  SELECT string_agg(pg_describe_object('pg_class'::regclass, h, 0), ', ') INTO hiding
  FROM epoch.hiding_relations(of_branch) AS h;
  IF hiding IS NOT NULL THEN
    RAISE EXCEPTION 'Something was created on the branch and hides what the branch has: %', hiding
      USING ERRCODE = 'EP002', HINT = 'Drop it, or give it another name.';
  END IF;
END
$$;

-- Drops what sessions have made on a branch: it goes with the branch.
CREATE OR REPLACE FUNCTION epoch.drop_own_objects(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  own record;
BEGIN
  FOR own IN SELECT * FROM epoch.own_relations(of_branch) LOOP
    -- an earlier one may have taken it along
    IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = own.relation) THEN
      EXECUTE format(
        'DROP %s %s CASCADE',
        CASE own.kind
          WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE'
          ELSE 'TABLE'
        END, own.relation::regclass);
    END IF;
  END LOOP;
END
$$;

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

-- The schema that what sessions have made on a branch is to be in: where merges bring it, and as the log has it.
CREATE OR REPLACE FUNCTION epoch.home_of_own(of_branch text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT min(coalesce(t.home_schema, t.schema_name) COLLATE "C")
  FROM epoch.branches AS b JOIN epoch.tables AS t ON t.repository = b.repository
  WHERE b.branch_id = of_branch
$$;

-- A text about an open table, or one that was made on a branch, as the log has it: what is the branch's own has its live name.
-- What an index is on has its own name for that.
CREATE OR REPLACE FUNCTION epoch.own_at_home(of_branch text, told text) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
  SELECT regexp_replace(
    told, '(?<! ON )(?<![\w$".])' || regexp_replace(quote_ident(b.changed_schema), '([^\w"])', '\\\1', 'g') || '(?=\.)',
    replace(quote_ident(epoch.home_of_own(of_branch)), '\', '\\'), 'g')
  FROM epoch.branches AS b WHERE b.branch_id = of_branch
$$;

-- The other way: functions and sequences that the branch has are its own.
CREATE OR REPLACE FUNCTION epoch.routines_as_placed(of_branch text, told text) RETURNS text
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
  home text;
  own record;
  named record;
BEGIN
  SELECT n.oid, quote_ident(n.nspname) AS name INTO own
  FROM epoch.branches AS b JOIN pg_namespace AS n ON n.nspname = b.changed_schema WHERE b.branch_id = of_branch;
  IF NOT FOUND OR told !~ '\.' THEN
    RETURN told;
  END IF;
  home := quote_ident(epoch.home_of_own(of_branch));
  FOR named IN
    SELECT DISTINCT home || '.' || m.part[1] AS there, m.part[1] AS name, m.part[2] AS behind, parse_ident(m.part[1]) AS parts
    FROM regexp_matches(
      told, '(?<![\w$".])' || regexp_replace(home, '([^\w"])', '\\\1', 'g') || '\.("(?:[^"]|"")+"|[\w$]+)(\(|''::regclass)', 'g') AS m (part)
  LOOP
    IF EXISTS (
      SELECT FROM pg_proc AS f WHERE named.behind = '(' AND f.pronamespace = own.oid AND f.proname = named.parts[1]
      UNION ALL
      SELECT FROM pg_class AS c
      WHERE named.behind <> '(' AND c.relnamespace = own.oid AND c.relname = named.parts[1] AND c.relkind = 'S'
    ) THEN
      told := regexp_replace(
        told,
        '(?<![\w$".])' || regexp_replace(named.there, '([^\w"])', '\\\1', 'g')
          || CASE named.behind WHEN '(' THEN '(?=\()' ELSE '(?='')' END,
        replace(own.name || '.' || named.name, '\', '\\'), 'g');
    END IF;
  END LOOP;
  RETURN told;
END
$$;

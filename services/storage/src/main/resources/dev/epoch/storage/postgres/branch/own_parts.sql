-- Triggers, policies and comments that sessions have made, changed or dropped on an open table. The table may be closed at any
-- time, and is opened again like the live table: they are kept aside meanwhile, and made again when it is open.

CREATE TABLE IF NOT EXISTS epoch.own_parts (
  branch_id text NOT NULL,
  table_id text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  statement text,
  problem text,
  PRIMARY KEY (branch_id, table_id, kind, name)
);

ALTER TABLE epoch.own_parts ADD COLUMN IF NOT EXISTS path text;

COMMENT ON TABLE epoch.own_parts IS 'What an open table has, or lacks, of triggers, policies and comments beside what the live table gives it';
COMMENT ON COLUMN epoch.own_parts.statement IS 'What makes it; null where the branch has dropped what the live table has';
COMMENT ON COLUMN epoch.own_parts.path IS 'Of kind "brought", which merges have left for a layered table: the search path for the statement; names count';
COMMENT ON COLUMN epoch.own_parts.problem IS 'Why it could not be made again when that was last tried';

-- Triggers, policies, row security and comments of a table, each with the statement that makes it.
CREATE OR REPLACE FUNCTION epoch.table_parts(of_relation regclass) RETURNS TABLE (kind text, name text, statement text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT 'trigger', g.tgname::text, pg_get_triggerdef(g.oid) || CASE g.tgenabled
    WHEN 'O' THEN ''
    ELSE format(
      '; ALTER TABLE %s %s TRIGGER %I', of_relation,
      CASE g.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, g.tgname)
  END
  FROM pg_trigger AS g
  JOIN pg_proc AS p ON p.oid = g.tgfoid
  WHERE g.tgrelid = of_relation AND NOT g.tgisinternal AND p.pronamespace <> 'epoch'::regnamespace
  UNION ALL
  SELECT 'policy', p.polname::text, format(
    'CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, of_relation,
    CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
    CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
    (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE r::regrole::text END, ', ') FROM unnest(p.polroles) AS r),
    ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
  FROM pg_policy AS p WHERE p.polrelid = of_relation
  UNION ALL
  SELECT 'security', '', format(
    'ALTER TABLE %s %s ROW LEVEL SECURITY, %s ROW LEVEL SECURITY', of_relation,
    CASE WHEN c.relrowsecurity THEN 'ENABLE' ELSE 'DISABLE' END,
    CASE WHEN c.relforcerowsecurity THEN 'FORCE' ELSE 'NO FORCE' END)
  FROM pg_class AS c WHERE c.oid = of_relation
  UNION ALL
  SELECT 'comment', coalesce(a.attname::text, ''), format(
    CASE WHEN a.attname IS NULL THEN 'COMMENT ON TABLE %1$s IS %3$L' ELSE 'COMMENT ON COLUMN %1$s.%2$I IS %3$L' END,
    of_relation, a.attname, d.description)
  FROM pg_description AS d
  LEFT JOIN pg_attribute AS a ON a.attrelid = of_relation AND a.attnum = d.objsubid AND d.objsubid > 0
  WHERE d.classoid = 'pg_class'::regclass AND d.objoid = of_relation AND (d.objsubid = 0 OR NOT a.attisdropped)
$$;

-- Remembers what an open table has of the live table, before anything of the branch's own is made on it.
CREATE OR REPLACE FUNCTION epoch.note_given_parts(of_branch text, of_table text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  UPDATE epoch.branch_tables AS p
  SET open_made = coalesce(p.open_made, '{}') || jsonb_build_object('given', (
    SELECT coalesce(jsonb_agg(jsonb_build_array(g.kind, g.name, g.statement)), '[]')
    FROM epoch.table_parts(to_regclass(p.open_relation)) AS g))
  WHERE p.branch_id = of_branch AND p.table_id = of_table AND to_regclass(p.open_relation) IS NOT NULL
$$;

-- Keeps what sessions have made of an open table. What could not be made again stays kept.
CREATE OR REPLACE FUNCTION epoch.keep_own_parts(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  open_table regclass;
  given jsonb;
BEGIN
  SELECT to_regclass(p.open_relation), p.open_made -> 'given' INTO open_table, given
  FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch AND p.table_id = of_table;
  IF open_table IS NULL OR given IS NULL THEN
    RETURN;
  END IF;
  DELETE FROM epoch.own_parts AS o
  WHERE o.branch_id = of_branch AND o.table_id = of_table AND o.problem IS NULL;
  INSERT INTO epoch.own_parts (branch_id, table_id, kind, name, statement)
  SELECT of_branch, of_table, coalesce(n.kind, g.kind), coalesce(n.name, g.name), n.statement
  FROM epoch.table_parts(open_table) AS n
  FULL JOIN (
    SELECT g ->> 0 AS kind, g ->> 1 AS name, g ->> 2 AS statement FROM jsonb_array_elements(given) AS g
  ) AS g ON g.kind = n.kind AND g.name = n.name
  WHERE g.statement IS DISTINCT FROM n.statement
  ON CONFLICT (branch_id, table_id, kind, name) DO UPDATE SET statement = excluded.statement, problem = NULL;
END
$$;

-- Keeps a statement about what stands on a table until that is open. False if the table is open, or none of the branch.
CREATE OR REPLACE FUNCTION epoch.keep_brought_part(
  of_branch text, in_schema text, named text, statement text, path text
) RETURNS boolean
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  WITH kept AS (
    INSERT INTO epoch.own_parts (branch_id, table_id, kind, name, statement, path)
    SELECT of_branch, p.table_id, 'brought', lpad((
        SELECT count(*) + coalesce(max(o.name), '0')::integer FROM epoch.own_parts AS o
        WHERE o.branch_id = of_branch AND o.table_id = p.table_id AND o.kind = 'brought'
      )::text, 8, '0'), statement, path
    FROM epoch.branch_tables AS p
    JOIN epoch.tables AS t ON t.table_id = p.table_id
    WHERE p.branch_id = of_branch AND to_regclass(p.open_relation) IS NULL
      AND coalesce(t.home_schema, t.schema_name) = in_schema AND t.table_name = named
    RETURNING true
  )
  SELECT EXISTS (SELECT FROM kept)
$$;

-- Makes what was kept on an open table that is like the live one.
CREATE OR REPLACE FUNCTION epoch.make_own_parts(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  open_table text := (
    SELECT p.open_relation FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch AND p.table_id = of_table);
  part epoch.own_parts;
  reason text;
BEGIN
  FOR part IN
    SELECT * FROM epoch.own_parts AS o WHERE o.branch_id = of_branch AND o.table_id = of_table
    ORDER BY o.kind = 'brought', o.kind, o.name
  LOOP
    BEGIN
      CASE part.kind
        WHEN 'trigger' THEN EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', part.name, open_table);
        WHEN 'policy' THEN EXECUTE format('DROP POLICY IF EXISTS %I ON %s', part.name, open_table);
        WHEN 'comment' THEN
          IF part.statement IS NULL THEN
            EXECUTE format(
              CASE part.name WHEN '' THEN 'COMMENT ON TABLE %1$s IS NULL' ELSE 'COMMENT ON COLUMN %1$s.%2$I IS NULL' END,
              open_table, part.name);
          END IF;
        ELSE
      END CASE;
      IF part.kind = 'brought' THEN
        PERFORM set_config('search_path', part.path, true);
        EXECUTE part.statement;
        PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
        DELETE FROM epoch.own_parts AS o
        WHERE o.branch_id = of_branch AND o.table_id = of_table AND o.kind = part.kind AND o.name = part.name;
      ELSIF part.statement IS NOT NULL THEN
        EXECUTE part.statement;
      END IF;
      UPDATE epoch.own_parts AS o SET problem = NULL
      WHERE o.branch_id = of_branch AND o.table_id = of_table AND o.kind = part.kind AND o.name = part.name
        AND o.problem IS NOT NULL;
    EXCEPTION
      WHEN lock_not_available OR deadlock_detected OR query_canceled OR serialization_failure THEN
        RAISE;
      WHEN OTHERS THEN
        reason := SQLERRM;
        RAISE WARNING 'The % of table % of the branch cannot be there: %',
          CASE part.kind WHEN 'brought' THEN format('part "%s"', part.statement) ELSE part.kind || ' ' || part.name END,
          open_table, reason;
        UPDATE epoch.own_parts AS o SET problem = reason
        WHERE o.branch_id = of_branch AND o.table_id = of_table AND o.kind = part.kind AND o.name = part.name;
    END;
  END LOOP;
END
$$;

-- An open table gets the policies that the live table has by now, beside those of the branch's own.
CREATE OR REPLACE FUNCTION epoch.renew_policies(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM epoch.keep_own_parts(of_branch, of_table);
  PERFORM epoch.copy_policies(of_table, p.open_relation)
  FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch AND p.table_id = of_table;
  UPDATE epoch.branch_tables AS p
  SET open_made = p.open_made || jsonb_build_object('given', (
    SELECT coalesce(jsonb_agg(g), '[]')
    FROM (
      SELECT g FROM jsonb_array_elements(p.open_made -> 'given') AS g WHERE g ->> 0 NOT IN ('policy', 'security')
      UNION ALL
      SELECT jsonb_build_array(g.kind, g.name, g.statement) FROM epoch.table_parts(to_regclass(p.open_relation)) AS g
      WHERE g.kind IN ('policy', 'security')
    ) AS g (g)))
  WHERE p.branch_id = of_branch AND p.table_id = of_table AND p.open_made ? 'given';
  PERFORM epoch.make_own_parts(of_branch, of_table);
END
$$;

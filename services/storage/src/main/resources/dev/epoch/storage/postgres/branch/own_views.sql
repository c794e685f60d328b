-- Views that sessions have made on a branch, while what they stand on becomes another relation: a table is opened or closed,
-- or its views are made anew. They are put aside before, and put back behind it: under the same names, with
-- their owners, privileges, options, defaults, triggers, rules, comments and indexes. One that cannot be put back, such as a view
-- of a column that a merge drops, stays aside, and is tried again whenever views of the branch are made and sessions come.

CREATE TABLE IF NOT EXISTS epoch.views_aside (
  place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  branch_id text NOT NULL,
  name text NOT NULL,
  made text[] NOT NULL,
  problem text
);

COMMENT ON TABLE epoch.views_aside IS 'Views that were made on branches, and are to be put back';
COMMENT ON COLUMN epoch.views_aside.made IS 'Statements that make the view';
COMMENT ON COLUMN epoch.views_aside.problem IS 'Why it could not be put back when that was last tried';

-- The last view that was put aside, of whatever branch.
CREATE OR REPLACE FUNCTION epoch.last_view_aside() RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(max(a.place), 0) FROM epoch.views_aside AS a
$$;

-- Fails where a view that was put aside after some other one is not back.
CREATE OR REPLACE FUNCTION epoch.require_views_back(of_branch text, after_place bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  lost epoch.views_aside;
BEGIN
  SELECT * INTO lost FROM epoch.views_aside AS a
  WHERE a.branch_id = of_branch AND a.place > after_place ORDER BY a.place LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'The view % was made on the branch, and could not be there any more: %',
      lost.name, coalesce(lost.problem, 'what it reads goes')
      USING ERRCODE = 'EP003', HINT = 'Drop the view on the branch, or write it in another way, and try again.';
  END IF;
END
$$;

-- The statements that make a view as it is. Names that the branch has are not qualified.
CREATE OR REPLACE FUNCTION epoch.view_statements(of_view oid) RETURNS text[]
LANGUAGE sql STABLE
AS $$
  SELECT array_agg(s.statement ORDER BY s.step, s.detail)
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL (
    SELECT CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END,
      pg_catalog.format('%I.%I', n.nspname, c.relname)
  ) AS v (kind, name)
  CROSS JOIN LATERAL (
    SELECT 1, ''::text, pg_catalog.format(
      'CREATE %s %s (%s)%s AS %s%s', v.kind, v.name, (
        SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      ), ' WITH (' || pg_catalog.array_to_string(c.reloptions, ', ') || ')',
      pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';'),
      CASE WHEN c.relkind = 'm' THEN ' WITH NO DATA' END)
    UNION ALL
    SELECT 2, a.attname::text, pg_catalog.format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s',
      v.name, a.attname, pg_catalog.pg_get_expr(d.adbin, d.adrelid))
    FROM pg_catalog.pg_attrdef AS d
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE d.adrelid = c.oid
    UNION ALL
    SELECT 3, i.indexrelid::pg_catalog.regclass::text, pg_catalog.pg_get_indexdef(i.indexrelid)
    FROM pg_catalog.pg_index AS i WHERE i.indrelid = c.oid
    UNION ALL
    SELECT 4, r.rulename::text, pg_catalog.pg_get_ruledef(r.oid)
    FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN'
    UNION ALL
    SELECT 5, t.tgname::text, pg_catalog.pg_get_triggerdef(t.oid)
    FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal
    UNION ALL
    SELECT 6, d.objsubid::text, CASE d.objsubid
      WHEN 0 THEN pg_catalog.format('COMMENT ON %s %s IS %L', v.kind, v.name, d.description)
      ELSE pg_catalog.format('COMMENT ON COLUMN %s.%I IS %L', v.name, a.attname, d.description)
    END
    FROM pg_catalog.pg_description AS d
    LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
    WHERE d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objoid = c.oid
    UNION ALL
    SELECT 7, '', pg_catalog.format('ALTER %s %s OWNER TO %I', v.kind, v.name, pg_catalog.pg_get_userbyid(c.relowner))
    WHERE pg_catalog.pg_get_userbyid(c.relowner) <> current_user
    UNION ALL
    SELECT 8, given.column_name || g.privilege_type || g.grantee, pg_catalog.format('GRANT %s%s ON %s TO %s%s',
      g.privilege_type, ' (' || pg_catalog.quote_ident(given.column_name) || ')', v.name,
      CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::pg_catalog.regrole::text END,
      CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END)
    FROM (
      SELECT NULL::text AS column_name, c.relacl AS acl
      UNION ALL
      SELECT a.attname, a.attacl FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL
    ) AS given
    CROSS JOIN LATERAL pg_catalog.aclexplode(given.acl) AS g
    WHERE g.grantee <> c.relowner
    UNION ALL
    -- as its owner, not as Epoch's role
    SELECT 9, '', pg_catalog.format('REFRESH MATERIALIZED VIEW %s', v.name) WHERE c.relkind = 'm' AND c.relispopulated
  ) AS s (step, detail, statement)
  WHERE c.oid = of_view
$$;

-- Puts aside the views that stand on a relation of a branch, and those that stand on these; not Epoch's own between them.
CREATE OR REPLACE FUNCTION epoch.put_views_aside(of_branch text, relation text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  b epoch.branches;
  views oid[];
  former_path text := current_setting('search_path');
BEGIN
  IF to_regclass(relation) IS NULL THEN
    RETURN;
  END IF;
  WITH RECURSIVE standing (view, depth) AS (
    SELECT to_regclass(relation)::oid, 0
    UNION
    SELECT r.ev_class, s.depth + 1
    FROM standing AS s
    JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.view
      AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite AS r ON r.oid = d.objid
    WHERE r.ev_class <> s.view
  )
  SELECT array_agg(s.view ORDER BY s.depth) INTO views
  FROM (SELECT s.view, max(s.depth) AS depth FROM standing AS s WHERE s.depth > 0 GROUP BY s.view) AS s
  WHERE obj_description(s.view, 'pg_class') IS NULL OR obj_description(s.view, 'pg_class') !~ '^Epoch: table .* on a branch, ';
  IF views IS NULL THEN
    RETURN;
  END IF;
  SELECT * INTO STRICT b FROM epoch.branches WHERE branch_id = of_branch;
  PERFORM set_config('search_path', concat_ws(', ', b.changed_schema, b.base_schema), true);
  FOR i IN 1 .. cardinality(views) LOOP
    INSERT INTO epoch.views_aside (branch_id, name, made)
    SELECT of_branch, format('%I.%I', n.nspname, c.relname), ARRAY(
      -- names of the second schema are qualified where the first one hides them: from now on they mean that
      SELECT replace(s.statement, b.base_schema || '.', '')
      FROM unnest(epoch.view_statements(c.oid)) WITH ORDINALITY AS s (statement, step) ORDER BY s.step)
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = views[i];
  END LOOP;
  PERFORM set_config('search_path', former_path, true);
  FOR i IN REVERSE cardinality(views) .. 1 LOOP
    EXECUTE format(
      'DROP %s %s', (SELECT CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END FROM pg_class AS c WHERE c.oid = views[i]),
      views[i]::regclass);
  END LOOP;
END
$$;

-- Tells a session which views of its branch are missing.
CREATE OR REPLACE FUNCTION epoch.tell_missing_views(of_branch text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  missing record;
BEGIN
  FOR missing IN SELECT a.name, a.problem FROM epoch.views_aside AS a WHERE a.branch_id = of_branch ORDER BY a.place LOOP
    RAISE WARNING 'The view % of the branch is not there: %', missing.name, coalesce(missing.problem, 'what it reads is not')
      USING HINT = 'It comes back when what it reads does. One that you make under that name takes its place.';
  END LOOP;
END
$$;

-- Puts back the views of a branch that are aside, as far as that can be done by now; those whose names were given anew go.
CREATE OR REPLACE FUNCTION epoch.put_views_back(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  view record;
  statement text;
  reason text;
  former_path text := current_setting('search_path');
BEGIN
  IF current_setting('transaction_read_only')::boolean
    OR NOT EXISTS (SELECT FROM epoch.views_aside AS a WHERE a.branch_id = of_branch)
  THEN
    RETURN;
  END IF;
  DELETE FROM epoch.views_aside AS a WHERE a.branch_id = of_branch AND to_regclass(a.name) IS NOT NULL;
  FOR view IN
    SELECT a.place, a.made, concat_ws(', ', b.changed_schema, b.base_schema) AS path
    FROM epoch.views_aside AS a
    JOIN epoch.branches AS b ON b.branch_id = a.branch_id
    WHERE a.branch_id = of_branch
    ORDER BY a.place
  LOOP
    BEGIN
      PERFORM set_config('search_path', view.path, true);
      FOREACH statement IN ARRAY view.made LOOP
        EXECUTE statement;
      END LOOP;
      PERFORM set_config('search_path', former_path, true);
      DELETE FROM epoch.views_aside AS a WHERE a.place = view.place;
    EXCEPTION
      WHEN lock_not_available OR deadlock_detected OR query_canceled OR serialization_failure THEN
        RAISE;
      WHEN OTHERS THEN
        reason := SQLERRM;
        UPDATE epoch.views_aside AS a SET problem = reason WHERE a.place = view.place AND a.problem IS DISTINCT FROM reason;
    END;
  END LOOP;
END
$$;

-- Views of branches, for any client.

-- Gives a view the privileges of a table, column privileges too.
CREATE OR REPLACE FUNCTION epoch.copy_privileges(from_table regclass, to_view text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  source pg_class;
  granted record;
BEGIN
  SELECT * INTO STRICT source FROM pg_class WHERE oid = from_table;
  EXECUTE format('GRANT ALL ON %s TO %s', to_view, source.relowner::regrole);
  FOR granted IN
    SELECT a.privilege_type, a.is_grantable, NULL AS column_name,
      CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee
    FROM aclexplode(source.relacl) AS a
    WHERE a.grantee <> source.relowner AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
    UNION ALL
    SELECT a.privilege_type, a.is_grantable, c.attname,
      CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
    FROM pg_attribute AS c
    CROSS JOIN LATERAL aclexplode(c.attacl) AS a
    WHERE c.attrelid = from_table AND c.attnum > 0 AND NOT c.attisdropped
      AND a.grantee <> source.relowner AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE')
      AND EXISTS (
        -- a branch may lack columns that the table was given since
        SELECT FROM pg_attribute AS shown
        WHERE shown.attrelid = to_view::regclass AND shown.attname = c.attname AND NOT shown.attisdropped
      )
  LOOP
    EXECUTE format(
      'GRANT %s%s ON %s TO %s%s', granted.privilege_type, ' (' || quote_ident(granted.column_name) || ')',
      to_view, granted.grantee, CASE WHEN granted.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
  END LOOP;
END
$$;

-- Privileges on a table or view that do not come with owning it.
CREATE OR REPLACE FUNCTION epoch.privileges_given(on_relation regclass, owners oid[])
RETURNS TABLE (grantee oid, privilege text, grantable boolean, column_name name)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT a.grantee, a.privilege_type, a.is_grantable, NULL::name
  FROM pg_class AS c
  CROSS JOIN LATERAL aclexplode(c.relacl) AS a
  WHERE c.oid = on_relation AND a.grantee <> ALL (owners)
    AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
  UNION ALL
  SELECT a.grantee, a.privilege_type, a.is_grantable, c.attname
  FROM pg_attribute AS c
  CROSS JOIN LATERAL aclexplode(c.attacl) AS a
  WHERE c.attrelid = on_relation AND c.attnum > 0 AND NOT c.attisdropped
    AND a.grantee <> ALL (owners) AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE')
$$;

-- Versions of the catalog's rows that hold privileges and policies of a branch's tables: others after each change of
-- them, and after some that matter nothing here.
CREATE OR REPLACE FUNCTION epoch.privilege_versions(of_branch text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT md5(string_agg(
    concat_ws(
      ' ', c.oid, c.xmin, n.oid, n.xmin,
      (
        SELECT string_agg(concat(a.attnum, ' ', a.xmin), ',' ORDER BY a.attnum)
        FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attacl IS NOT NULL
      ),
      CASE
        WHEN c.relrowsecurity
        THEN (
          SELECT string_agg(concat(p.oid, ' ', p.xmin), ',' ORDER BY p.oid) FROM pg_policy AS p WHERE p.polrelid = c.oid
        )
      END),
    ';' ORDER BY c.oid))
  FROM epoch.branch_tables AS place
  JOIN epoch.tables AS t ON t.table_id = place.table_id
  JOIN pg_namespace AS n ON n.nspname = t.schema_name
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = t.table_name
  WHERE place.branch_id = of_branch
$$;

-- Gives the views of a branch what was granted on their tables since, and takes what was revoked; policies likewise.
CREATE OR REPLACE FUNCTION epoch.renew_privileges(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  stale record;
  former record;
  versions text := epoch.privilege_versions(of_branch);
BEGIN
  IF versions IS NOT DISTINCT FROM (SELECT b.privileges_seen FROM epoch.branches AS b WHERE b.branch_id = of_branch)
    OR current_setting('transaction_read_only') = 'on'
  THEN
    RETURN;
  END IF;
  -- others that come at the same time do the same, one after the other
  UPDATE epoch.branches SET privileges_seen = versions WHERE branch_id = of_branch;
  PERFORM epoch.renew_owners(of_branch);
  FOR stale IN
    SELECT t.table_id
    FROM epoch.branches AS b
    JOIN epoch.branch_tables AS place ON place.branch_id = b.branch_id
    JOIN epoch.tables AS t ON t.table_id = place.table_id
    JOIN pg_class AS v ON v.oid = to_regclass(format('%I.%I', b.base_schema, t.view_name))
    WHERE b.branch_id = of_branch
      AND substring(obj_description(v.oid, 'pg_class') FROM '[0-9a-f]+$')
        NOT LIKE repeat('_', 32) || epoch.policy_digest(epoch.users_table(t.table_id))
    ORDER BY t.table_id
  LOOP
    PERFORM epoch.rebuild_views(of_branch, stale.table_id);
  END LOOP;
  FOR stale IN
    SELECT p.table_id, p.open_relation FROM epoch.branch_tables AS p
    WHERE p.branch_id = of_branch AND to_regclass(p.open_relation) IS NOT NULL
      AND p.open_policies IS DISTINCT FROM epoch.policy_digest(epoch.users_table(p.table_id))
    ORDER BY p.table_id
  LOOP
    IF epoch.why_not_open(stale.table_id) IS NULL THEN
      PERFORM epoch.renew_policies(of_branch, stale.table_id);
      UPDATE epoch.branch_tables AS p SET open_policies = epoch.policy_digest(epoch.users_table(p.table_id))
      WHERE p.branch_id = of_branch AND p.table_id = stale.table_id;
    ELSE
      PERFORM epoch.close_branch_table(of_branch, stale.table_id);
    END IF;
  END LOOP;
  FOR stale IN
    WITH pairs AS (
      SELECT v.oid AS shown, c.oid AS live, ARRAY[v.relowner, c.relowner] AS owners, v.relacl AS shown_acl, c.relacl AS live_acl
      FROM epoch.branches AS b
      JOIN epoch.branch_tables AS place ON place.branch_id = b.branch_id
      JOIN epoch.tables AS t ON t.table_id = place.table_id
      JOIN pg_namespace AS n ON n.nspname IN (b.changed_schema, b.base_schema)
      JOIN pg_class AS v ON v.relnamespace = n.oid AND v.relname = t.view_name AND v.relkind IN ('v', 'r')
      JOIN pg_namespace AS m ON m.nspname = t.schema_name
      JOIN pg_class AS c ON c.relnamespace = m.oid AND c.relname = t.table_name
      WHERE b.branch_id = of_branch
    ), given AS (
      -- what epoch.privileges_given tells, of all at once: there may be thousands
      SELECT p.shown, p.owners, r.wanted, NULL::name AS column_name, a.*
      FROM pairs AS p
      CROSS JOIN LATERAL (VALUES (true, p.live_acl), (false, p.shown_acl)) AS r (wanted, acl)
      CROSS JOIN LATERAL aclexplode(r.acl) AS a
      WHERE a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
      UNION ALL
      SELECT p.shown, p.owners, r.wanted, c.attname, a.*
      FROM pairs AS p
      CROSS JOIN LATERAL (VALUES (true, p.live), (false, p.shown)) AS r (wanted, relation)
      JOIN pg_attribute AS c ON c.attrelid = r.relation AND c.attnum > 0 AND NOT c.attisdropped AND c.attacl IS NOT NULL
      CROSS JOIN LATERAL aclexplode(c.attacl) AS a
      WHERE a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE')
    ), differing AS (
      SELECT DISTINCT g.shown
      FROM given AS g
      WHERE g.grantee <> ALL (g.owners)
      GROUP BY g.shown, g.grantee, g.privilege_type, g.is_grantable, g.column_name
      HAVING count(DISTINCT g.wanted) < 2
    )
    SELECT p.shown::regclass AS shown, p.live::regclass AS live, p.owners
    FROM differing AS d
    JOIN pairs AS p ON p.shown = d.shown
    ORDER BY p.shown
  LOOP
    FOR former IN
      SELECT DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END AS grantee
      FROM epoch.privileges_given(stale.shown, stale.owners) AS g
    LOOP
      EXECUTE format('REVOKE ALL ON %s FROM %s CASCADE', stale.shown, former.grantee);
    END LOOP;
    PERFORM epoch.copy_privileges(stale.live, stale.shown::text);
  END LOOP;
END
$$;

-- The view of a table in one of the two schemas of a branch. Where the branch has columns of its own, what is behind it
-- has the columns of the layers, and it gives them their names.
CREATE OR REPLACE FUNCTION epoch.make_view(of_branch text, of_table text, in_schema text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  view_path text := format('%I.%I', in_schema, epoch.view_name(of_table));
  inner_path text := epoch.inner_view(of_branch, of_table, in_schema);
  query text;
  digest text;
  preset record;
BEGIN
  IF NOT epoch.has_own_columns(of_branch, of_table) THEN
    IF to_regclass(inner_path) IS NOT NULL THEN
      PERFORM epoch.put_views_aside(of_branch, view_path);
      EXECUTE format('DROP VIEW IF EXISTS %s', view_path);
      EXECUTE format('DROP VIEW %s', inner_path);
    END IF;
    PERFORM epoch.make_layer_view(of_branch, of_table, view_path);
    RETURN;
  END IF;
  IF to_regclass(inner_path) IS NULL THEN
    PERFORM epoch.put_views_aside(of_branch, view_path);
    EXECUTE format('DROP VIEW IF EXISTS %s', view_path);
  END IF;
  PERFORM epoch.make_layer_view(of_branch, of_table, inner_path);
  query := format('SELECT %s FROM %s AS layered', epoch.own_columns(of_branch, of_table, 'layered'), inner_path);
  digest := regexp_replace(
    obj_description(to_regclass(inner_path), 'pg_class'), '[0-9a-f]{32}',
    md5(query || (SELECT p.definition FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch AND p.table_id = of_table)));
  IF obj_description(to_regclass(view_path), 'pg_class') IS NOT DISTINCT FROM digest THEN
    RETURN;
  END IF;
  PERFORM epoch.put_views_aside(of_branch, view_path);
  EXECUTE format('DROP VIEW IF EXISTS %s', view_path);
  EXECUTE format('CREATE VIEW %s AS %s', view_path, query);
  EXECUTE format('COMMENT ON VIEW %s IS %L', view_path, digest);
  PERFORM epoch.make_lost_sequences(of_branch, of_table);
  FOR preset IN
    SELECT c.name,
      epoch.as_placed(of_table, epoch.enums_as_placed(of_branch, of_table, c.definition ->> 'defaultExpression')) AS expression
    FROM epoch.defined_columns(of_branch, of_table) AS c
    WHERE c.definition ->> 'defaultExpression' IS NOT NULL
    UNION ALL
    SELECT i.name, format('epoch.identity_value(%L::regclass)', i.feeds) FROM epoch.own_identities(of_branch, of_table) AS i
  LOOP
    EXECUTE format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', view_path, preset.name, preset.expression);
  END LOOP;
  PERFORM epoch.read_sequences_on(of_branch, view_path::regclass);
  PERFORM epoch.copy_privileges(epoch.users_table(of_table), view_path);
END
$$;

-- Where the view with the columns of the layers is that stands behind one in a schema of a branch.
CREATE OR REPLACE FUNCTION epoch.inner_view(of_branch text, of_table text, in_schema text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('epoch.%I', epoch.object_of(CASE WHEN in_schema LIKE '%\_changed' THEN 'nv' ELSE 'nb' END, of_table, of_branch))
$$;

CREATE OR REPLACE FUNCTION epoch.drop_inner_views(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  inner_path text;
BEGIN
  FOREACH inner_path IN ARRAY ARRAY[
    epoch.inner_view(of_branch, of_table, '_changed'), epoch.inner_view(of_branch, of_table, '_base')]
  LOOP
    PERFORM epoch.put_views_aside(of_branch, inner_path);
    EXECUTE format('DROP VIEW IF EXISTS %s CASCADE', inner_path);
  END LOOP;
END
$$;

-- Makes or replaces one view with its defaults, triggers and privileges; does nothing if it is up to date.
CREATE OR REPLACE FUNCTION epoch.make_layer_view(of_branch text, of_table text, view_path text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
  place epoch.branch_tables;
  live regclass := epoch.users_table(of_table);
  policies text := epoch.policy_digest(live);
  extra text[] := epoch.extra_columns(of_branch, of_table);
  shown text[] := epoch.shown_columns(of_branch, of_table, epoch.visible_columns(live)) || extra;
  query text;
  digest text;
  instead text := epoch.object_of('vi', of_table, of_branch);
  preset record;
  no_locks CONSTANT text := 'SELECT %s FROM (%s) AS row_seen LEFT JOIN epoch.no_row_locks AS locks ON locks.one = 1';
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  SELECT * INTO STRICT place FROM epoch.branch_tables WHERE branch_id = of_branch AND table_id = of_table;
  query := CASE
    WHEN place.copy_shown THEN epoch.copy_select(of_branch, of_table)
    ELSE epoch.branch_select(of_branch, of_table)
  END;
  IF t.append_only OR shown <> epoch.visible_columns(live) || extra THEN
    query := format(
      'SELECT %s FROM (%s) AS row_seen', epoch.column_list(shown, 'row_seen'), query);
  END IF;
  IF EXISTS (SELECT FROM epoch.enum_columns(of_branch, of_table)) THEN
    query := format('SELECT %s FROM (%s) AS row_seen', epoch.shown_values(of_branch, of_table, shown, 'row_seen'), query);
  END IF;
  digest := 'Epoch: table ' || t.name || ' on a branch, ' || md5(no_locks || query || coalesce((
    SELECT string_agg(d.adnum || ' ' || pg_get_expr(d.adbin, d.adrelid), ', ' ORDER BY d.adnum)
    FROM pg_attrdef AS d WHERE d.adrelid = live), '')) || policies;
  IF obj_description(to_regclass(view_path), 'pg_class') IS NOT DISTINCT FROM digest THEN
    RETURN;
  END IF;
  IF policies <> '' THEN
    query := epoch.policy_select(live, query);
  END IF;
  query := format(no_locks, epoch.column_list(shown, 'row_seen'), query);
  BEGIN
    EXECUTE format('CREATE OR REPLACE VIEW %s (%s) WITH (security_barrier = %s) AS %s',
      view_path, epoch.column_list(shown), policies <> '', query);
  EXCEPTION WHEN invalid_table_definition THEN
    PERFORM epoch.put_views_aside(of_branch, view_path);
    EXECUTE format('DROP VIEW %s%s', view_path, CASE WHEN starts_with(view_path, 'epoch.') THEN ' CASCADE' END);
    EXECUTE format('CREATE VIEW %s (%s) WITH (security_barrier = %s) AS %s',
      view_path, epoch.column_list(shown), policies <> '', query);
  END;
  EXECUTE format('COMMENT ON VIEW %s IS %L', view_path, digest);
  FOR preset IN
    SELECT a.attname, epoch.enums_as_placed(of_branch, of_table, pg_get_expr(d.adbin, d.adrelid)) AS expression
    FROM pg_attribute AS a
    JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = live AND a.attgenerated = '' AND a.attname = ANY (shown)
      -- a view before it has the branch's
      AND NOT starts_with(view_path, 'epoch.')
  LOOP
    EXECUTE format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', view_path, preset.attname, preset.expression);
  END LOOP;
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER epoch_write INSTEAD OF INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW '
    'EXECUTE FUNCTION epoch.%I(%s)',
    view_path, instead, CASE WHEN place.has_overlay THEN '' ELSE '''first''' END);
  IF policies = '' THEN
    IF EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = to_regclass(view_path) AND g.tgname = 'epoch_policies') THEN
      EXECUTE format('DROP TRIGGER epoch_policies ON %s', view_path);
    END IF;
  ELSE
    -- triggers run in the order of their names
    PERFORM epoch.create_policy_function(of_table);
    EXECUTE format(
      'CREATE OR REPLACE TRIGGER epoch_policies INSTEAD OF INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW '
      'EXECUTE FUNCTION epoch.%I()',
      view_path, epoch.object_of('p', of_table));
  END IF;
  PERFORM epoch.read_sequences_on(of_branch, view_path::regclass);
  PERFORM epoch.copy_privileges(live, view_path);
END
$$;

-- Makes the views of a table on a branch what they must be now; nothing if the branch was never used.
-- Waits for transactions that have read a view that changes.
CREATE OR REPLACE FUNCTION epoch.rebuild_views(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  b epoch.branches;
  shown boolean;
BEGIN
  SELECT * INTO STRICT b FROM epoch.branches WHERE branch_id = of_branch;
  IF b.changed_schema IS NULL THEN
    RETURN;
  END IF;
  IF EXISTS (
    SELECT FROM epoch.branch_tables AS p
    WHERE p.branch_id = of_branch AND p.table_id = of_table AND p.open_relation IS NOT NULL
  ) THEN
    -- a table stands in their place
    RETURN;
  END IF;
  SELECT has_overlay INTO shown FROM epoch.branch_tables
  WHERE branch_id = of_branch AND table_id = of_table AND NOT absent;
  IF shown IS NULL AND EXISTS (
    SELECT FROM pg_class AS c WHERE c.oid = to_regclass(format('%I.%I', b.changed_schema, epoch.view_name(of_table)))
      AND c.relkind <> 'v'
  ) THEN
    -- a session has made another one of the name
    RETURN;
  END IF;
  IF b.schema_only THEN
    -- never views: they would show rows of others
    IF shown IS NOT NULL AND epoch.open_branch_table(of_branch, of_table) IS NULL THEN
      PERFORM epoch.link_open_tables(of_branch);
    END IF;
    RETURN;
  END IF;
  IF shown IS NULL OR NOT shown THEN
    PERFORM epoch.put_views_aside(of_branch, format('%I.%I', b.changed_schema, epoch.view_name(of_table)));
    EXECUTE format('DROP VIEW IF EXISTS %I.%I', b.changed_schema, epoch.view_name(of_table));
    EXECUTE format('DROP VIEW IF EXISTS %s', epoch.inner_view(of_branch, of_table, b.changed_schema));
  END IF;
  IF shown IS NULL THEN
    PERFORM epoch.put_views_aside(of_branch, format('%I.%I', b.base_schema, epoch.view_name(of_table)));
    EXECUTE format('DROP VIEW IF EXISTS %I.%I', b.base_schema, epoch.view_name(of_table));
    PERFORM epoch.drop_inner_views(of_branch, of_table);
    EXECUTE format('DROP FUNCTION IF EXISTS epoch.%I', epoch.object_of('vi', of_table, of_branch));
    PERFORM epoch.put_views_back(of_branch);
    RETURN;
  END IF;
  PERFORM epoch.create_view_writer(of_branch, of_table);
  PERFORM epoch.make_view(of_branch, of_table, b.base_schema);
  IF shown THEN
    PERFORM epoch.make_view(of_branch, of_table, b.changed_schema);
  END IF;
  PERFORM epoch.drop_hiding_enums(of_branch, of_table);
  PERFORM epoch.put_views_back(of_branch);
END
$$;

-- Shows a new overlay while the view that it replaces is being written through: a view of the same name, first
-- in the search path. A grant on the old one makes cached plans look the name up again.
CREATE OR REPLACE FUNCTION epoch.show_overlay(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  b epoch.branches;
BEGIN
  SELECT * INTO STRICT b FROM epoch.branches WHERE branch_id = of_branch;
  IF b.changed_schema IS NOT NULL AND NOT b.schema_only AND current_setting('epoch.opening', true) IS DISTINCT FROM of_table
    AND NOT EXISTS (
      SELECT FROM epoch.branch_tables AS p
      WHERE p.branch_id = of_branch AND p.table_id = of_table AND p.open_relation IS NOT NULL
    )
  THEN
    PERFORM epoch.make_view(of_branch, of_table, b.changed_schema);
    BEGIN
      -- they are to read what the branch has from now on
      PERFORM epoch.put_views_aside(of_branch, format('%I.%I', b.base_schema, epoch.view_name(of_table)));
      PERFORM epoch.put_views_back(of_branch);
    EXCEPTION WHEN object_in_use THEN
      -- written through one of them: until the view itself is made anew
      NULL;
    END;
    PERFORM epoch.copy_privileges(
      epoch.users_table(of_table), format('%I.%I', b.base_schema, epoch.view_name(of_table)));
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION epoch.view_name(of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT view_name FROM epoch.tables WHERE table_id = of_table
$$;

-- What the views of a table must be called: like the table; where a repository has several tables of one
-- name, the one in public has it, and the others are called schema_table.
CREATE OR REPLACE FUNCTION epoch.wanted_view_name(of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN coalesce(t.home_schema, t.schema_name) <> 'public' AND EXISTS (
      SELECT FROM epoch.tables AS other
      WHERE other.repository = t.repository AND other.table_name = t.table_name AND other.table_id <> t.table_id
    )
    THEN CASE
      WHEN octet_length(coalesce(t.home_schema, t.schema_name) || '_' || t.table_name) <= 63
        AND NOT EXISTS (
          SELECT FROM epoch.tables AS other
          WHERE other.repository = t.repository AND other.table_id <> t.table_id
            AND other.table_name = coalesce(t.home_schema, t.schema_name) || '_' || t.table_name
        )
      THEN coalesce(t.home_schema, t.schema_name) || '_' || t.table_name
      ELSE t.label || '_' || t.table_id
    END
    ELSE t.table_name
  END
  FROM epoch.tables AS t
  WHERE t.table_id = of_table
$$;

-- Renames views after tables of a repository came or went.
CREATE OR REPLACE FUNCTION epoch.settle_view_names(of_repository text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  renamed record;
  b epoch.branches;
BEGIN
  FOR renamed IN
    SELECT t.table_id, t.view_name, epoch.wanted_view_name(t.table_id) AS wanted
    FROM epoch.tables AS t
    WHERE t.repository = of_repository AND (t.view_name <> t.table_name OR coalesce(t.home_schema, t.schema_name) <> 'public')
      AND t.view_name <> epoch.wanted_view_name(t.table_id)
    ORDER BY coalesce(t.home_schema, t.schema_name) = 'public'
  LOOP
    PERFORM epoch.close_branch_table(p.branch_id, p.table_id) FROM epoch.branch_tables AS p
    WHERE p.table_id = renamed.table_id AND p.open_relation IS NOT NULL;
    UPDATE epoch.tables SET view_name = renamed.wanted WHERE table_id = renamed.table_id;
    FOR b IN SELECT * FROM epoch.branches WHERE repository = of_repository AND changed_schema IS NOT NULL LOOP
      EXECUTE format('DROP VIEW IF EXISTS %I.%I', b.changed_schema, renamed.view_name);
      EXECUTE format('DROP VIEW IF EXISTS %I.%I', b.base_schema, renamed.view_name);
      IF EXISTS (
        SELECT FROM epoch.branch_tables WHERE branch_id = b.branch_id AND table_id = renamed.table_id
      ) THEN
        PERFORM epoch.rebuild_views(b.branch_id, renamed.table_id);
      END IF;
    END LOOP;
  END LOOP;
END
$$;

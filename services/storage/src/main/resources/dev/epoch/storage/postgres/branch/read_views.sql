-- What sessions on branches see where their branch has nothing: for each schema of users a schema of views that stands
-- before it in their search path. It has a view for each of its relations:
--
--   table that is not registered   its rows as they are, which cannot be written through the view
--   registered table               an error: whoever comes here stands on a branch that does not have it
--   view over registered tables    its query with the names of tables left to the session: the branch's rows
--   other view                     what it shows
--
-- The views read a function without arguments, which PostgreSQL replaces with the query in its body while it plans. The
-- body is text: it keeps nobody from changing or dropping what it names, it is resolved in the session that reads, and it
-- is read with the rights of who reads. So one view does for all branches.

CREATE TABLE IF NOT EXISTS epoch.read_views (
  relation oid PRIMARY KEY,
  source_schema text NOT NULL,
  name text NOT NULL,
  digest text NOT NULL
);

COMMENT ON TABLE epoch.read_views IS 'Relations of users that have a view for sessions on branches';
COMMENT ON COLUMN epoch.read_views.digest IS 'Of what the view was made from';

-- The schema of such views for a schema; the prefix of all of them for ''.
CREATE OR REPLACE FUNCTION epoch.read_schema(schema_name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT 'epoch_read_' || CASE WHEN octet_length(schema_name) > 52 THEN md5(schema_name) ELSE schema_name END
$$;

-- Names of registered tables whose rows a table that is not registered shows, since they inherit from it; null if there are none.
CREATE OR REPLACE FUNCTION epoch.registered_heirs(relation oid) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE heirs (heir) AS (
    SELECT i.inhrelid FROM pg_inherits AS i WHERE i.inhparent = relation
    UNION
    SELECT i.inhrelid FROM heirs AS h JOIN pg_inherits AS i ON i.inhparent = h.heir
  )
  SELECT string_agg(t.view_name, ', ' ORDER BY t.view_name)
  FROM heirs AS h
  JOIN pg_class AS c ON c.oid = h.heir
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN epoch.tables AS t ON t.schema_name = n.nspname AND t.table_name = c.relname
$$;

-- Relations of schemas of users, each with a digest of all that its view is made from.
CREATE OR REPLACE FUNCTION epoch.readable_relations(schemas text[])
RETURNS TABLE (relation oid, source_schema text, name text, digest text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH registered AS MATERIALIZED (
    SELECT md5(string_agg(concat_ws(' ', t.table_id, t.schema_name, t.table_name, t.view_name), ',' ORDER BY t.table_id))
      AS digest
    FROM epoch.tables AS t
  )
  SELECT c.oid, n.nspname, c.relname, md5(concat_ws(
    ' ', 2, n.nspname, c.relname, c.relkind, columns.digest,
    CASE
      WHEN c.relkind IN ('v', 'm') THEN concat((
        SELECT w.xmin FROM pg_rewrite AS w WHERE w.ev_class = c.oid AND w.rulename = '_RETURN'
      ), ' ', (SELECT digest FROM registered))
      WHEN c.relispartition THEN epoch.registration_of(c.oid)
      ELSE coalesce(t.table_id, epoch.registered_heirs(c.oid))
    END))
  FROM pg_namespace AS n
  JOIN pg_depend AS d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
    AND d.classid = 'pg_class'::regclass
  JOIN pg_class AS c ON c.oid = d.objid AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
  LEFT JOIN epoch.tables AS t ON t.schema_name = n.nspname AND t.table_name = c.relname
  CROSS JOIN LATERAL (
    SELECT sum(hashtextextended(
      a.attname::text, a.attnum + 2000 * (a.atttypid::bigint + 7 * a.attcollation::bigint)))
    FROM pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  ) AS columns (digest)
  WHERE n.nspname = ANY (schemas) AND n.nspname NOT IN ('epoch', 'information_schema')
    AND NOT starts_with(n.nspname, 'pg_') AND NOT epoch.is_for_branches(n.nspname) AND columns.digest IS NOT NULL
$$;

-- Views that must be made, made anew, or dropped (those without a digest).
CREATE OR REPLACE FUNCTION epoch.stale_read_views(schemas text[])
RETURNS TABLE (relation oid, digest text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(wanted.relation, made.relation), wanted.digest
  FROM epoch.readable_relations(
    schemas || ARRAY(SELECT DISTINCT r.source_schema FROM epoch.read_views AS r)) AS wanted
  FULL JOIN epoch.read_views AS made ON made.relation = wanted.relation
  WHERE made.digest IS DISTINCT FROM wanted.digest
$$;

-- Makes the views of these schemas what they must be. A view that somebody is reading stays as it is until the next time.
CREATE OR REPLACE FUNCTION epoch.refresh_read_views(schemas text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning SET lock_timeout = '10s'
  SET check_function_bodies = off
AS $$
DECLARE
  stale record;
BEGIN
  IF current_setting('transaction_read_only')::boolean
    OR NOT EXISTS (SELECT FROM epoch.stale_read_views(schemas))
  THEN
    RETURN;
  END IF;
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('epoch read views', 0));
  EXCEPTION WHEN lock_not_available THEN
    IF EXISTS (
      SELECT FROM epoch.stale_read_views(schemas) AS s
      WHERE NOT EXISTS (SELECT FROM epoch.read_views AS made WHERE made.relation = s.relation)
    ) THEN
      RAISE EXCEPTION 'Another transaction that has called epoch.use_branch for the first time is still open'
        USING ERRCODE = 'lock_not_available', HINT = 'Try again when it has ended.';
    END IF;
    -- views of tables that have changed their columns are renewed by a later session
    RETURN;
  END;
  PERFORM set_config('lock_timeout', '200ms', true);
  FOR stale IN
    SELECT s.relation, s.digest, count(*) OVER () AS among FROM epoch.stale_read_views(schemas) AS s
    ORDER BY s.digest IS NOT NULL, s.relation
    LIMIT 1000
  LOOP
    BEGIN
      PERFORM epoch.drop_read_view(stale.relation);
      IF stale.digest IS NOT NULL THEN
        INSERT INTO epoch.read_views (relation, source_schema, name, digest)
        SELECT c.oid, n.nspname, c.relname, stale.digest
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.oid = stale.relation;
        BEGIN
          PERFORM epoch.make_read_view(stale.relation);
        EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_table_definition OR feature_not_supported THEN
          RAISE WARNING 'Branches cannot keep % from being written: %', stale.relation::regclass, SQLERRM
            USING HINT = 'Grant the right to role ' || quote_ident(current_user) || ', or name the table with its schema.';
        END;
      END IF;
    EXCEPTION WHEN lock_not_available THEN
      NULL;
    END;
  END LOOP;
  IF stale.among > 1000 THEN
    RAISE WARNING 'Branches cannot keep % tables from being written yet', stale.among - 1000
      USING HINT = 'Call epoch.use_branch again: it looks after 1000 in one transaction.';
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION epoch.drop_read_view(of_relation oid) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  former epoch.read_views;
BEGIN
  DELETE FROM epoch.read_views AS r WHERE r.relation = of_relation RETURNING * INTO former;
  IF FOUND THEN
    EXECUTE format('DROP VIEW IF EXISTS %I.%I', epoch.read_schema(former.source_schema), former.name);
    EXECUTE format('DROP FUNCTION IF EXISTS epoch.%I()', 'read_' || of_relation);
  END IF;
END
$$;

-- Makes the view of one relation.
CREATE OR REPLACE FUNCTION epoch.make_read_view(of_relation oid) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  c pg_class;
  source_schema text;
  in_schema text;
  reader text := format('epoch.%I', 'read_' || of_relation);
  of_table text := epoch.registration_of(of_relation);
  body text;
  keyed text;
  columns text;
  typed_columns text;
  collated_columns text;
BEGIN
  SELECT * INTO STRICT c FROM pg_class WHERE oid = of_relation;
  SELECT nspname INTO STRICT source_schema FROM pg_namespace WHERE oid = c.relnamespace;
  in_schema := epoch.read_schema(source_schema);
  IF to_regnamespace(quote_ident(in_schema)) IS NULL THEN
    EXECUTE format('CREATE SCHEMA %I', in_schema);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC', in_schema);
    EXECUTE format('COMMENT ON SCHEMA %I IS %L', in_schema, 'Epoch: what sessions on branches see of ' || source_schema);
  END IF;
  SELECT string_agg(format('source.%I', a.attname), ', ' ORDER BY a.attnum),
    string_agg(format('%I %s', a.attname, format_type(a.atttypid, NULL)), ', ' ORDER BY a.attnum),
    string_agg(format(
      'source.%1$I%2$s AS %1$I', a.attname,
      ' COLLATE ' || quote_ident(o.nspname) || '.' || quote_ident(l.collname)), ', ' ORDER BY a.attnum)
  INTO columns, typed_columns, collated_columns
  FROM pg_attribute AS a
  JOIN pg_type AS y ON y.oid = a.atttypid
  LEFT JOIN pg_collation AS l ON l.oid = a.attcollation AND a.attcollation <> y.typcollation
  LEFT JOIN pg_namespace AS o ON o.oid = l.collnamespace
  WHERE a.attrelid = of_relation AND a.attnum > 0 AND NOT a.attisdropped;

  IF c.relkind IN ('v', 'm') AND epoch.reads_registered(of_relation) THEN
    body := epoch.view_text_on_branches(of_relation);
    keyed := epoch.grouped_by_key(of_relation);
    IF keyed IS NOT NULL THEN
      body := format(
        '#variable_conflict use_column
        BEGIN RETURN QUERY %s; EXCEPTION WHEN grouping_error THEN PERFORM epoch.refuse_view(%L, %L); END',
        body, of_relation::regclass, format(
          'its GROUP BY names the key of %s only, which is layered on the branch, as a view: open it, or name all columns', keyed));
    END IF;
  ELSIF c.relkind IN ('r', 'p') AND of_table IS NULL AND epoch.registered_heirs(of_relation) IS NOT NULL THEN
    body := epoch.refusing_query(of_relation, format(
      'it shows rows of %s, too, of which the branch has its own: read these',
      epoch.registered_heirs(of_relation)));
  ELSE
    body := format('SELECT %s FROM %I.%I AS source', columns, source_schema, c.relname)
      || CASE
        WHEN of_table IS NOT NULL THEN format(' WHERE epoch.may_read_live(%L, %L)', of_table, c.relispartition)
        ELSE ''
      END;
  END IF;
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION %s() RETURNS TABLE (%s) LANGUAGE %s %s AS %L',
    reader, typed_columns, CASE WHEN keyed IS NULL THEN 'sql' ELSE 'plpgsql' END,
    CASE
      -- to be run, not planned: conditions on its nulls could be found to be false before it raises
      WHEN strpos(body, 'epoch.refuse_view(') > 0 THEN 'VOLATILE'
      WHEN c.relkind IN ('v', 'm') THEN 'STABLE'
      ELSE 'STABLE PARALLEL SAFE'
    END,
    body);
  EXECUTE format(
    'CREATE OR REPLACE VIEW %I.%I AS SELECT %s FROM %s() AS source', in_schema, c.relname, collated_columns, reader);
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER epoch_write INSTEAD OF INSERT OR UPDATE OR DELETE ON %I.%I FOR EACH ROW '
    'EXECUTE FUNCTION epoch.refuse_unversioned_write(%L, %L)',
    in_schema, c.relname, source_schema, c.relname);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I.%I TO PUBLIC', in_schema, c.relname);
END
$$;

-- Relations that the query of a view names.
CREATE OR REPLACE FUNCTION epoch.relations_of_view(of_view oid) RETURNS SETOF oid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT DISTINCT d.refobjid
  FROM pg_rewrite AS w
  JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
    AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
  WHERE w.ev_class = of_view AND w.rulename = '_RETURN'
$$;

-- Whether a view reads registered tables, through other views too.
CREATE OR REPLACE FUNCTION epoch.reads_registered(of_view oid) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE reached (relation) AS (
    SELECT of_view
    UNION
    SELECT r FROM reached, epoch.relations_of_view(reached.relation) AS r
  )
  SELECT EXISTS (SELECT FROM reached WHERE epoch.registration_of(reached.relation) IS NOT NULL)
$$;

-- The registered table whose key alone a view's GROUP BY names, for other columns of it: a branch on which it is layered has a
-- view in its place, without a key. Null if there is none.
CREATE OR REPLACE FUNCTION epoch.grouped_by_key(of_view oid) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT k.conrelid::regclass::text
  FROM pg_rewrite AS w
  JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
    AND d.refclassid = 'pg_constraint'::regclass
  JOIN pg_constraint AS k ON k.oid = d.refobjid
  WHERE w.ev_class = of_view AND w.rulename = '_RETURN' AND epoch.registration_of(k.conrelid) IS NOT NULL
  LIMIT 1
$$;

-- The query of a view in which registered tables stand without their schema, so that they are those of the session's
-- branch, and views over them and partitions are those of the schemas made here. Names in text constants stay. Where the
-- names cannot tell, an error in place of rows.
CREATE OR REPLACE FUNCTION epoch.view_text_on_branches(of_view oid) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  definition text := rtrim(pg_get_viewdef(of_view), E'; \n');
  named record;
  replacement text;
BEGIN
  FOR named IN
    SELECT n.nspname, c.relname, t.table_name, t.view_name, c.relkind, c.relispartition,
      quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS written
    FROM epoch.relations_of_view(of_view) AS r
    JOIN pg_class AS c ON c.oid = r
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN epoch.tables AS t ON t.table_id = epoch.registration_of(r)
    WHERE t.table_id IS NOT NULL OR c.relkind IN ('v', 'm') AND epoch.reads_registered(r)
  LOOP
    IF named.table_name IS NOT NULL AND NOT named.relispartition THEN
      IF named.view_name <> named.table_name THEN
        RETURN epoch.refusing_query(of_view, format(
          'its table %s is called %s on branches', named.written, named.view_name));
      ELSIF definition ~ ('(WITH|RECURSIVE|,)\s+' || regexp_replace(quote_ident(named.table_name), '(\W)', '\\\1', 'g')
        || '(\s*\([^()]*\))?\s+AS\s+((NOT\s+)?MATERIALIZED\s+)?\(')
      THEN
        RETURN epoch.refusing_query(of_view, format(
          'a part of its WITH has the name of the table %s', named.written));
      END IF;
      replacement := quote_ident(named.view_name);
    ELSE
      replacement := quote_ident(epoch.read_schema(named.nspname)) || '.' || quote_ident(named.relname);
    END IF;
    SELECT string_agg(
      coalesce(p.part[1], regexp_replace(
        p.part[2],
        '(?<![\w".$])' || regexp_replace(named.written, '(\W)', '\\\1', 'g') || '(?![\w".$(])',
        replace(replacement, '\', '\\'), 'g')),
      '' ORDER BY p.place)
    INTO definition
    FROM regexp_matches(definition, '(''(?:[^'']|'''')*'')|((?:"(?:[^"]|"")*"|[^''"])+)', 'g') WITH ORDINALITY
      AS p (part, place);
  END LOOP;
  RETURN definition;
END
$$;

-- A query with the columns of a relation that fails.
CREATE OR REPLACE FUNCTION epoch.refusing_query(of_relation oid, reason text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    'SELECT %s WHERE epoch.refuse_view(%L, %L)',
    string_agg('NULL::' || format_type(a.atttypid, NULL), ', ' ORDER BY a.attnum), of_relation::regclass, reason)
  FROM pg_attribute AS a
  WHERE a.attrelid = of_relation AND a.attnum > 0 AND NOT a.attisdropped
$$;

CREATE OR REPLACE FUNCTION epoch.refuse_view(view_name text, reason text) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION '% % cannot be read on a branch: %',
      CASE WHEN (SELECT c.relkind IN ('v', 'm') FROM pg_class AS c WHERE c.oid = to_regclass(view_name)) THEN 'The view' ELSE 'Table' END,
      view_name, reason
    USING ERRCODE = 'EP002', HINT = 'Read its tables, or name it with its schema: it shows the live rows then.';
END
$$;

-- Fails if the session stands on a branch of the table's repository: the branch does not have the table, else its
-- own view would have been found first. True for other sessions.
CREATE OR REPLACE FUNCTION epoch.may_read_live(of_table text, is_partition boolean) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN epoch.judge_live_read(
    of_table, is_partition, pg_catalog.current_setting('search_path'),
    pg_catalog.current_setting('epoch.branch', true));
END
$$;

CREATE OR REPLACE FUNCTION epoch.judge_live_read(
  of_table text, is_partition boolean, path text, setting text
) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  stands record;
BEGIN
  SELECT * INTO t FROM epoch.tables WHERE table_id = of_table;
  SELECT * INTO stands FROM epoch.branches_of_session(path, setting) AS s
  WHERE NOT s.is_default AND (s.repository = t.repository OR s.is_gone OR t.table_id IS NULL)
  ORDER BY s.place LIMIT 1;
  IF NOT FOUND THEN
    RETURN true;
  ELSIF stands.is_gone THEN
    PERFORM epoch.raise_branch_gone(stands.name);
  ELSIF t.table_id IS NULL THEN
    RAISE EXCEPTION 'A table was removed from the repository of branch "%"', stands.name USING ERRCODE = 'EP002',
      HINT = format('SELECT epoch.use_branch(%L) lets the session read its live rows', stands.name);
  ELSIF is_partition THEN
    RAISE EXCEPTION 'Partitions of table % cannot be read on a branch', t.table_name USING ERRCODE = 'EP002',
      HINT = 'Read the table; a name with its schema means the live partition.';
  END IF;
  IF EXISTS (
    SELECT FROM epoch.branch_tables AS p WHERE p.branch_id = stands.branch_id AND p.table_id = of_table
  ) THEN
    RAISE EXCEPTION 'Branch "%" does not have table %', stands.name, t.table_name USING ERRCODE = 'EP002',
      DETAIL = 'It was dropped there.', HINT = 'A name with its schema means the live table.';
  END IF;
  RAISE EXCEPTION 'Branch "%" does not have table %', stands.name, t.table_name USING ERRCODE = 'EP002',
    DETAIL = 'The table was registered after the branch was made, or the branch has removed it.',
    HINT = 'Merge the default branch into it; a name with its schema means the live table.';
END
$$;

-- Runs where a session on a branch writes a relation that the branch cannot keep.
CREATE OR REPLACE FUNCTION epoch.refuse_unversioned_write() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  source regclass := to_regclass(format('%I.%I', TG_ARGV[0], TG_ARGV[1]));
  of_table text := epoch.registration_of(source);
BEGIN
  IF of_table IS NOT NULL THEN
    PERFORM epoch.judge_live_read(
      of_table, (SELECT c.relispartition FROM pg_class AS c WHERE c.oid = source), NULL,
      current_setting('epoch.branch', true));
  ELSIF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = source AND c.relkind IN ('v', 'm')) THEN
    RAISE EXCEPTION 'Views can only be read on a branch: %', source USING ERRCODE = 'EP002',
      HINT = 'Write the tables that the view shows.';
  END IF;
  RAISE EXCEPTION 'Table %.% is not versioned: a branch cannot keep what is written to it', TG_ARGV[0], TG_ARGV[1]
    USING ERRCODE = 'EP002', SCHEMA = TG_ARGV[0], TABLE = TG_ARGV[1],
      DETAIL = 'The write would change the table for everybody.',
      HINT = format(
        'Register it: epoch table add %s; or write the live table: SET epoch.allow_live_writes = on, and name it with '
        'its schema', TG_ARGV[1]);
END
$$;

-- What others made in schemas of branches, those of deleted ones too, as PostgreSQL calls it. It hides what branches have
-- under the same names.
CREATE OR REPLACE FUNCTION epoch.foreign_objects() RETURNS SETOF text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT pg_describe_object(d.classid, d.objid, 0)
  FROM pg_namespace AS n
  JOIN pg_depend AS d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid AND d.deptype = 'n'
  WHERE epoch.is_for_branches(n.nspname) AND n.nspname !~ '^epoch_new_t[0-9a-z]+$'
    -- what sessions make on a branch is its own, as long as there is the branch
    AND NOT EXISTS (
      SELECT FROM epoch.branches AS b
      WHERE b.changed_schema = n.nspname AND NOT b.dropped
        AND NOT (d.classid = 'pg_class'::regclass AND d.objid IN (SELECT epoch.hiding_relations(b.branch_id)))
    )
    AND NOT EXISTS (
      SELECT FROM epoch.branch_tables AS p
      WHERE p.open_relation IS NOT NULL
        AND (
          d.classid = 'pg_class'::regclass AND d.objid = to_regclass(p.open_relation)
          OR d.classid = 'pg_statistic_ext'::regclass AND d.objid IN (
            SELECT x.oid FROM pg_statistic_ext AS x WHERE x.stxrelid = to_regclass(p.open_relation)
          )
        )
    )
    AND NOT EXISTS (
      SELECT FROM pg_class AS c
      WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relkind = 'v'
        AND (
          EXISTS (
            SELECT FROM epoch.read_views AS r
            WHERE r.name = c.relname AND epoch.read_schema(r.source_schema) = n.nspname
          )
          OR epoch.branch_of_schema(n.nspname) IS NOT NULL
            AND EXISTS (SELECT FROM epoch.tables AS t WHERE t.view_name = c.relname)
        )
    )
  ORDER BY 1
$$;

-- Drops all of it.
CREATE OR REPLACE FUNCTION epoch.drop_read_views() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
BEGIN
  PERFORM epoch.drop_read_view(r.relation) FROM epoch.read_views AS r;
  PERFORM epoch.drop_schema_of_views(n.nspname)
  FROM pg_namespace AS n
  WHERE starts_with(n.nspname, epoch.read_schema('')) AND obj_description(n.oid, 'pg_namespace') LIKE 'Epoch: %';
  DROP EVENT TRIGGER IF EXISTS epoch_closed_schema;
  DROP EVENT TRIGGER IF EXISTS epoch_layered_tables;
  DROP EVENT TRIGGER IF EXISTS epoch_alterations;
  DROP EVENT TRIGGER IF EXISTS epoch_live_schema;
  DROP EVENT TRIGGER IF EXISTS epoch_live_drops;
  PERFORM epoch.drop_schema_of_views(epoch.closed_schema());
END
$$;

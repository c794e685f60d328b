-- Taking things away again.

-- Locks a table, and what branches have of it, against everybody; nothing happens if it is not there. The table may be
-- gone already.
CREATE OR REPLACE FUNCTION epoch.lock_for_removal(gone text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  held text;
BEGIN
  PERFORM FROM epoch.tables WHERE table_id = gone FOR UPDATE;
  -- the table itself, and it and its former partitions under names that Epoch was not told of
  FOR held IN
    SELECT l.relation::text
    FROM (
      SELECT epoch.users_table(gone) AS relation WHERE epoch.users_table(gone) IS NOT NULL
      UNION
      SELECT g.tgrelid::regclass
      FROM pg_trigger AS g
      JOIN pg_proc AS p ON p.oid = g.tgfoid
      WHERE p.pronamespace = 'epoch'::regnamespace
        AND p.proname IN (epoch.object_of('c', gone), epoch.object_of('ac', gone))
    ) AS l
    -- writers of an append-only table come from the users' table to Epoch's own
    ORDER BY epoch.is_append_only(gone) AND l.relation = epoch.live_table(gone), l.relation::text
  LOOP
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', held);
  END LOOP;
  -- whoever makes an overlay holds this
  PERFORM FROM epoch.branch_tables WHERE table_id = gone ORDER BY branch_id FOR UPDATE;
  FOR held IN
    SELECT format('epoch.%I', epoch.object_of(k, gone, b.branch_id))
    FROM epoch.branch_tables AS b
    CROSS JOIN unnest(ARRAY['v', 'd']) AS k
    WHERE b.table_id = gone AND b.has_overlay
    ORDER BY b.branch_id, k
  LOOP
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', held);
  END LOOP;
END
$$;

-- Removes all objects of one table, its archive too; nothing happens if there are none. The table may be gone already.
-- With keep, what commits read becomes the archive, which epoch.fill_archive has begun.
CREATE OR REPLACE FUNCTION epoch.remove_table(gone text, keep boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
  b epoch.branches;
  captured regclass;
  kind text;
BEGIN
  IF NOT keep THEN
    PERFORM epoch.drop_archive(gone);
  END IF;
  PERFORM epoch.release_table_of_branch(gone);
  PERFORM epoch.lock_for_removal(gone);
  SELECT * INTO t FROM epoch.tables WHERE table_id = gone;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  FOR captured IN
    SELECT w FROM epoch.written_tables(epoch.users_table(gone)) AS w
    UNION
    SELECT g.tgrelid::regclass
    FROM pg_trigger AS g
    JOIN pg_proc AS p ON p.oid = g.tgfoid
    WHERE p.pronamespace = 'epoch'::regnamespace AND p.proname IN (epoch.object_of('c', gone), epoch.object_of('ac', gone))
      AND g.tgrelid IS DISTINCT FROM to_regclass(format('epoch.%I', epoch.object_of('r', gone)))
  LOOP
    PERFORM epoch.drop_row_triggers(captured);
  END LOOP;
  FOR b IN SELECT * FROM epoch.branches WHERE repository = t.repository LOOP
    PERFORM epoch.drop_open_table(b.branch_id, gone);
    IF b.changed_schema IS NOT NULL THEN
      IF NOT EXISTS (SELECT FROM epoch.own_relations(b.branch_id) AS o WHERE o.name = t.view_name AND o.kind <> 'v') THEN
        EXECUTE format('DROP VIEW IF EXISTS %I.%I CASCADE', b.changed_schema, t.view_name);
      END IF;
      EXECUTE format('DROP VIEW IF EXISTS %I.%I CASCADE', b.base_schema, t.view_name);
    END IF;
    FOREACH kind IN ARRAY ARRAY['m', 'mk'] LOOP
      EXECUTE format('DROP TABLE IF EXISTS epoch.%I CASCADE', epoch.object_of(kind, gone, b.branch_id));
    END LOOP;
    FOREACH kind IN ARRAY ARRAY['vc', 'dc', 'vi', 'vm', 'dm'] LOOP
      EXECUTE format('DROP FUNCTION IF EXISTS epoch.%I CASCADE', epoch.object_of(kind, gone, b.branch_id));
    END LOOP;
  END LOOP;
  IF keep THEN
    PERFORM epoch.archive_table(gone);
  ELSE
    FOR b IN SELECT * FROM epoch.branches WHERE repository = t.repository LOOP
      FOREACH kind IN ARRAY ARRAY['v', 'd', 'vw', 'vh'] LOOP
        EXECUTE format('DROP TABLE IF EXISTS epoch.%I CASCADE', epoch.object_of(kind, gone, b.branch_id));
      END LOOP;
    END LOOP;
    FOREACH kind IN ARRAY ARRAY['w', 'h'] LOOP
      EXECUTE format('DROP TABLE IF EXISTS epoch.%I CASCADE', epoch.object_of(kind, gone));
    END LOOP;
  END IF;
  EXECUTE format('DROP TABLE IF EXISTS epoch.%I CASCADE', epoch.object_of('k', gone));
  EXECUTE format('DROP TABLE IF EXISTS epoch.%I CASCADE', epoch.object_of('r', gone));
  FOREACH kind IN ARRAY ARRAY['c', 'p', 'ac'] LOOP
    EXECUTE format('DROP FUNCTION IF EXISTS epoch.%I', epoch.object_of(kind, gone));
  END LOOP;
  DELETE FROM epoch.own_parts WHERE table_id = gone;
  DELETE FROM epoch.branch_tables WHERE table_id = gone;
  PERFORM epoch.drop_hidden(t);
  DELETE FROM epoch.tables WHERE table_id = gone;
  DELETE FROM epoch.table_columns AS k
  WHERE k.table_id = gone AND NOT EXISTS (SELECT FROM epoch.archives AS a WHERE a.table_id = gone);
  PERFORM epoch.settle_view_names(t.repository);
END
$$;

-- What the role lacks that remove_table needs: on which relation, and which privileges. An owner lacks nothing.
CREATE OR REPLACE FUNCTION epoch.missing_to_remove(gone text) RETURNS TABLE (relation text, privileges text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('TABLE %I.%I', n.nspname, c.relname), string_agg(p.privilege, ', ' ORDER BY p.place)
  FROM epoch.written_tables(epoch.users_table(gone)) AS w
  JOIN pg_class AS c ON c.oid = w
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL (
    VALUES
      (1, 'UPDATE', has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')),
      (2, 'TRIGGER', has_table_privilege(c.oid, 'TRIGGER'))
  ) AS p (place, privilege, has)
  WHERE NOT p.has AND NOT pg_has_role(c.relowner, 'USAGE')
  GROUP BY n.nspname, c.relname
  UNION ALL
  SELECT format('SCHEMA %I', n.nspname), 'USAGE'
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.oid = epoch.users_table(gone) AND NOT has_schema_privilege(n.oid, 'USAGE')
  ORDER BY 1
$$;

-- The branches on which the table was written since their last commit, also where nothing came of it.
CREATE OR REPLACE FUNCTION epoch.branches_at_work(of_table text) RETURNS SETOF text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  of_branch text;
  written boolean;
BEGIN
  FOR of_branch IN SELECT branch_id FROM epoch.branch_tables WHERE table_id = of_table AND has_overlay LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM epoch.%I)', epoch.working_set_on(of_branch, of_table))
    INTO written;
    IF written THEN
      RETURN NEXT of_branch;
    END IF;
  END LOOP;
END
$$;

-- Removes all tables and all schemas of views; the schema epoch itself is left to the caller.
CREATE OR REPLACE FUNCTION epoch.remove_all() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM epoch.remove_table(table_id) FROM epoch.tables ORDER BY schema_name, table_name;
  PERFORM epoch.drop_archive(table_id) FROM epoch.archives;
  PERFORM epoch.drop_branch_schemas(branch_id) FROM epoch.branches;
  PERFORM epoch.drop_read_views();
END
$$;

-- Makes everything that is made by functions anew, after the functions have changed.
CREATE OR REPLACE FUNCTION epoch.renew_generated() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  place epoch.branch_tables;
BEGIN
  UPDATE epoch.read_views SET digest = '';
  FOR t IN SELECT * FROM epoch.tables LOOP
    IF t.append_only THEN
      PERFORM epoch.create_appending(t.table_id);
    ELSE
      PERFORM epoch.create_row_capture(
        t.table_id, epoch.object_of('c', t.table_id), epoch.object_of('w', t.table_id),
        epoch.waits_at_key(t.table_id));
      PERFORM epoch.capture_partitions(t.table_id);
    END IF;
    FOR place IN SELECT * FROM epoch.branch_tables WHERE table_id = t.table_id LOOP
      IF place.has_overlay THEN
        PERFORM epoch.create_overlay_capture(place.branch_id, place.table_id);
      END IF;
      IF to_regclass(place.open_relation) IS NOT NULL THEN
        PERFORM epoch.know_open_tables(place.branch_id);
        PERFORM epoch.capture_open(place.branch_id, place.table_id, place.open_relation);
      END IF;
      IF place.has_copy THEN
        UPDATE epoch.branch_tables AS b
        SET copy_relation = format('epoch.%I', epoch.object_of('m', place.table_id, place.branch_id))::regclass
        WHERE b.branch_id = place.branch_id AND b.table_id = place.table_id AND b.copy_relation IS NULL;
        PERFORM epoch.create_copy_functions(place.branch_id, place.table_id);
      END IF;
      PERFORM epoch.rebuild_views(place.branch_id, place.table_id);
    END LOOP;
    PERFORM epoch.watch_alterations();
  END LOOP;
  PERFORM epoch.watch_creations();
END
$$;

-- What commits read of tables that are versioned no more.
--
--   a   the rows of the live table without its uncommitted changes     filled before the table is locked
--   ah  its history         aw  an empty working set                    renamed when the table is removed
--   v, d, vw, vh            the overlays, under the names they had
--
-- None of them refers to the table, its sequences, functions or constraints: users can change and drop these. Types
-- of columns are what they were.

-- Why the rows of a registered table cannot be told from images any more; null if they can. Columns that came since
-- are no reason: no commit has them.
CREATE OR REPLACE FUNCTION epoch.archive_obstacle(of_table text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  live regclass := epoch.users_table(of_table);
  images regclass;
  changed text;
BEGIN
  SELECT * INTO t FROM epoch.tables WHERE table_id = of_table;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  images := to_regclass(format('epoch.%I', epoch.object_of('w', of_table)));
  IF live IS NULL THEN
    RETURN epoch.whereabouts(of_table);
  END IF;
  IF epoch.live_table(of_table) IS NULL OR images IS NULL
    OR to_regclass(format('epoch.%I', epoch.object_of('h', of_table))) IS NULL THEN
    RETURN 'what Epoch kept beside it is lost';
  END IF;
  IF NOT EXISTS (
    SELECT
    FROM pg_trigger AS g
    JOIN pg_proc AS p ON p.oid = g.tgfoid
    WHERE g.tgrelid = live AND g.tgname = 'epoch_capture_update'
      AND p.proname = epoch.object_of(CASE WHEN t.append_only THEN 'ac' ELSE 'c' END, of_table)
  ) THEN
    RETURN 'a table that is not captured has taken its name';
  END IF;
  -- names that changed places say so by their order, a column that was dropped and added again by its number
  SELECT string_agg(c.name, ', ' ORDER BY c.place) FILTER (
    WHERE c.attname IS NULL OR c.attgenerated = 'v' OR c.attnum > t.last_column OR c.attnum < c.former
      OR c.attcollation IS DISTINCT FROM w.attcollation
      OR epoch.base_type(c.atttypid, c.atttypmod) IS DISTINCT FROM format_type(w.atttypid, w.atttypmod))
  INTO changed
  FROM (
    SELECT n.name, n.place, a.*, max(a.attnum) OVER (ORDER BY n.place ROWS UNBOUNDED PRECEDING) AS former
    FROM unnest(t.columns) WITH ORDINALITY AS n (name, place)
    LEFT JOIN pg_attribute AS a ON a.attrelid = live AND a.attname = n.name AND NOT a.attisdropped
    WHERE NOT (t.append_only AND n.name = 'epoch_row')
  ) AS c
  LEFT JOIN pg_attribute AS w ON w.attrelid = images AND w.attname = c.name;
  RETURN 'columns were dropped or changed: ' || changed;
END
$$;

-- The position of the last change in the history of a live table.
CREATE OR REPLACE FUNCTION epoch.end_of_history(of_table text) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  last_position bigint;
BEGIN
  EXECUTE format('SELECT coalesce(max(epoch_to), 0) FROM epoch.%I', epoch.object_of('h', of_table))
  INTO last_position;
  RETURN last_position;
END
$$;

-- Copies the committed rows of a live table, whose writers need not wait: what is committed does not change. Whoever
-- commits changes of the table meanwhile makes the copy useless, which epoch.archive_table notices.
CREATE OR REPLACE FUNCTION epoch.fill_archive(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning SET quote_all_identifiers = on
AS $$
DECLARE
  t epoch.tables;
  live regclass := epoch.live_table(of_table);
  archive text := epoch.object_of('a', of_table);
  key_constraint name;
BEGIN
  SELECT * INTO t FROM epoch.tables WHERE table_id = of_table;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  INSERT INTO epoch.archives AS known (table_id, repository, name, label, history_end)
  VALUES (t.table_id, t.repository, t.name, t.label, epoch.end_of_history(of_table))
  ON CONFLICT (table_id) DO UPDATE SET history_end = excluded.history_end
  WHERE NOT known.complete;
  EXECUTE format('DROP TABLE IF EXISTS epoch.%I', archive);
  PERFORM epoch.create_image_table(archive, live, t.columns, t.key_columns, false);
  -- an index is made faster of rows that are there
  SELECT conname INTO STRICT key_constraint
  FROM pg_constraint WHERE conrelid = format('epoch.%I', archive)::regclass AND contype = 'p';
  EXECUTE format('ALTER TABLE epoch.%I DROP CONSTRAINT %I', archive, key_constraint);
  EXECUTE format(
    $sql$
      INSERT INTO epoch.%1$I (epoch_kind, %2$s)
      SELECT 1, %3$s FROM epoch.%5$I AS pending WHERE pending.epoch_kind = 1
      UNION ALL
      SELECT 1, %4$s FROM %6$s AS live
      WHERE (NOT EXISTS (SELECT FROM epoch.%5$I AS pending WHERE %7$s)) IS TRUE
    $sql$,
    archive, epoch.column_list(t.columns), epoch.column_list(t.columns, 'pending'),
    epoch.column_list(t.columns, 'live'), epoch.object_of('w', of_table), live,
    epoch.key_match(of_table, 'pending', 'live'));
  EXECUTE format('ALTER TABLE epoch.%I ADD PRIMARY KEY (%s)', archive, epoch.column_list(t.key_columns));
  EXECUTE format('ANALYZE epoch.%I', archive);
END
$$;

-- Cuts a table in Epoch's schema off from everything of the users but the types of its columns.
CREATE OR REPLACE FUNCTION epoch.set_free(relation regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  change text;
BEGIN
  FOR change IN
    SELECT format('DROP TRIGGER %I ON %s', tgname, relation)
    FROM pg_trigger WHERE tgrelid = relation AND NOT tgisinternal
    UNION ALL
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', relation, conname)
    FROM pg_constraint WHERE conrelid = relation AND contype IN ('c', 'f', 'x')
    UNION ALL
    SELECT format('DROP STATISTICS %I.%I', n.nspname, s.stxname)
    FROM pg_statistic_ext AS s
    JOIN pg_namespace AS n ON n.oid = s.stxnamespace
    WHERE s.stxrelid = relation
    UNION ALL
    SELECT format('DROP INDEX %s', i.indexrelid::regclass)
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_am AS m ON m.oid = c.relam
    WHERE i.indrelid = relation AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL OR m.amname <> 'btree')
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
    UNION ALL
    SELECT format('ALTER TABLE %s %s', relation,
      CASE a.attgenerated
        WHEN 's' THEN format('ALTER %I DROP EXPRESSION', a.attname)
        WHEN 'v' THEN format('DROP %I', a.attname)
        ELSE format('ALTER %I DROP DEFAULT', a.attname)
      END)
    FROM pg_attrdef AS d
    JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE d.adrelid = relation
    UNION ALL
    SELECT format('ALTER TABLE %s ALTER %I TYPE %s%s', relation, a.attname, epoch.base_type(a.atttypid, a.atttypmod),
      CASE WHEN l.collname <> 'default' THEN format(' COLLATE %I.%I', n.nspname, l.collname) END)
    FROM pg_attribute AS a
    JOIN pg_type AS y ON y.oid = a.atttypid AND y.typtype = 'd'
    LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
    LEFT JOIN pg_namespace AS n ON n.oid = l.collnamespace
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
  LOOP
    EXECUTE change;
  END LOOP;
  PERFORM epoch.set_computed_free(relation);
END
$$;

-- Before PostgreSQL 15 a column goes, without a word, with the function that its expression called, also when it has no
-- expression any more: another column takes its values and its name.
CREATE OR REPLACE FUNCTION epoch.set_computed_free(relation regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  computed record;
BEGIN
  FOR computed IN
    SELECT a.attname, format_type(a.atttypid, a.atttypmod)
      || coalesce((
        SELECT format(' COLLATE %I.%I', n.nspname, l.collname)
        FROM pg_collation AS l JOIN pg_namespace AS n ON n.oid = l.collnamespace
        WHERE l.oid = a.attcollation AND l.collname <> 'default'
      ), '') AS type
    FROM pg_attribute AS a
    WHERE a.attrelid = relation AND current_setting('server_version_num')::integer < 150000
      AND EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = relation AND d.objsubid = a.attnum AND d.deptype = 'a'
          AND d.refclassid <> 'pg_class'::regclass
      )
      AND NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = relation AND a.attnum = ANY (i.indkey))
  LOOP
    EXECUTE format('ALTER TABLE %s ADD epoch_kept %s', relation, computed.type);
    EXECUTE format('UPDATE %s SET epoch_kept = %I', relation, computed.attname);
    EXECUTE format('ALTER TABLE %s DROP %I', relation, computed.attname);
    EXECUTE format('ALTER TABLE %s RENAME epoch_kept TO %I', relation, computed.attname);
  END LOOP;
END
$$;

-- Makes the archive of a table that was filled, out of what is kept beside it. The caller holds the table and its
-- overlays, and removes all else. Fails, so that it is tried again, if the table was committed since it was filled.
CREATE OR REPLACE FUNCTION epoch.archive_table(gone text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
  of_branch text;
  kind text;
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = gone;
  UPDATE epoch.archives SET complete = true
  WHERE table_id = gone AND NOT complete AND history_end = epoch.end_of_history(gone);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'Table % was committed while its rows were copied', t.name USING ERRCODE = '40001';
  END IF;
  FOR of_branch IN SELECT branch_id FROM epoch.branch_tables WHERE table_id = gone AND has_overlay LOOP
    INSERT INTO epoch.archived_overlays (table_id, branch_id) VALUES (gone, of_branch);
    FOREACH kind IN ARRAY ARRAY['v', 'd', 'vw', 'vh'] LOOP
      PERFORM epoch.set_free(format('epoch.%I', epoch.object_of(kind, gone, of_branch))::regclass);
    END LOOP;
  END LOOP;
  EXECUTE format('DELETE FROM epoch.%I', epoch.object_of('w', gone));
  FOREACH kind IN ARRAY ARRAY['w', 'h'] LOOP
    PERFORM epoch.set_free(format('epoch.%I', epoch.object_of(kind, gone))::regclass);
    -- whoever still takes the live table for what lies below its history does not find it
    EXECUTE format(
      'ALTER TABLE epoch.%I RENAME TO %I', epoch.object_of(kind, gone), epoch.object_of('a' || kind, gone));
  END LOOP;
END
$$;

-- Name of a relation of an archive, of its overlay on a branch if one is given; null if there is none.
CREATE OR REPLACE FUNCTION epoch.archived_object(kind text, of_table text, of_branch text DEFAULT NULL)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT epoch.object_name(kind, a.label, a.table_id, b.label, b.branch_id)
  FROM epoch.archives AS a
  LEFT JOIN epoch.archived_overlays AS o ON o.table_id = a.table_id AND o.branch_id = of_branch
  LEFT JOIN epoch.branches AS b ON b.branch_id = o.branch_id
  WHERE a.table_id = of_table AND a.complete AND (of_branch IS NULL OR b.branch_id IS NOT NULL)
$$;

-- Drops the overlay of an archive.
CREATE OR REPLACE FUNCTION epoch.drop_archived_overlay(of_table text, of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  kind text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['v', 'd', 'vw', 'vh'] LOOP
    EXECUTE format('DROP TABLE IF EXISTS epoch.%I', epoch.archived_object(kind, of_table, of_branch));
  END LOOP;
  DELETE FROM epoch.archived_overlays AS o WHERE o.table_id = of_table AND o.branch_id = of_branch;
END
$$;

-- Drops an archive, or what was filled of one; nothing happens if there is none.
CREATE OR REPLACE FUNCTION epoch.drop_archive(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  a epoch.archives;
  kind text;
BEGIN
  SELECT * INTO a FROM epoch.archives WHERE table_id = of_table FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM epoch.drop_archived_overlay(o.table_id, o.branch_id)
  FROM epoch.archived_overlays AS o WHERE o.table_id = of_table;
  FOREACH kind IN ARRAY ARRAY['a', 'aw', 'ah'] LOOP
    EXECUTE format('DROP TABLE IF EXISTS epoch.%I', epoch.object_name(kind, a.label, a.table_id));
  END LOOP;
  DELETE FROM epoch.archives WHERE table_id = of_table;
  DELETE FROM epoch.table_columns WHERE table_id = of_table;
END
$$;

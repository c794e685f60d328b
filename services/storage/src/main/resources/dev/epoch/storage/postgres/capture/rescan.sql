-- Finding what was not captured while the capture was off. Nobody has what such a row was before: what can be found is what
-- came. Whether that is all tells the hash of the last commit.

-- Makes all that captures a table's changes anew; answers the versions of its triggers. Writers wait until the end of the
-- transaction, not longer.
CREATE OR REPLACE FUNCTION epoch.recapture(of_table text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
  live regclass := epoch.users_table(of_table);
  written regclass;
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', live);
  IF t.append_only THEN
    PERFORM epoch.create_appending(of_table);
    PERFORM epoch.note_capture(of_table, '', live, false);
    RETURN epoch.all_capture_versions(of_table);
  END IF;
  FOR written IN SELECT w FROM epoch.written_tables(live) AS w LOOP
    PERFORM epoch.create_row_triggers(of_table, written, epoch.object_of('c', of_table));
  END LOOP;
  IF t.key_counted THEN
    EXECUTE format('DELETE FROM epoch.%I', epoch.object_of('k', of_table));
    PERFORM epoch.fill_key_counts(of_table);
  END IF;
  RETURN epoch.all_capture_versions(of_table);
END
$$;

-- Of a live table and its partitions.
CREATE OR REPLACE FUNCTION epoch.all_capture_versions(of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(epoch.capture_versions(w), ' ' ORDER BY w::oid) FROM epoch.written_tables(epoch.users_table(of_table)) AS w
$$;

-- Puts rows of a live table aside that came without the capture: newer than its beginning, or than the last commit, and
-- written by nothing that it knows of. Beside writers. Answers where they are; empty at first.
CREATE OR REPLACE FUNCTION epoch.find_uncaptured(of_table text, since_commit boolean) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
  live regclass := epoch.users_table(of_table);
  found text;
  horizon xid;
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  found := format('epoch.%I', t.label || '__n_' || t.table_id);
  SELECT CASE
    WHEN since_commit THEN (
      SELECT p.xmin FROM epoch.branch_tables AS p
      JOIN epoch.branches AS b ON b.branch_id = p.branch_id AND b.is_default
      WHERE p.table_id = of_table LIMIT 1)
    ELSE (SELECT min(n.since)::xid FROM epoch.noted_captures(of_table, '') AS n)
  END INTO horizon;
  EXECUTE 'DROP TABLE IF EXISTS ' || found;
  EXECUTE format('CREATE UNLOGGED TABLE %s AS SELECT * FROM epoch.%I WITH NO DATA', found, epoch.object_of('w', of_table));
  IF horizon IS NULL THEN
    RETURN found;
  END IF;
  EXECUTE format(
    'INSERT INTO %1$s (epoch_kind, %2$s) SELECT 1, %2$s FROM %3$s AS l WHERE age(l.xmin) <= age(%4$L::xid) '
    'AND NOT EXISTS (SELECT FROM epoch.%5$I AS w WHERE %6$s) AND NOT EXISTS (SELECT FROM epoch.%7$I AS h WHERE %8$s)',
    found, epoch.column_list(t.columns), live, horizon, epoch.object_of('w', of_table), epoch.key_match(of_table, 'w', 'l'),
    epoch.object_of('h', of_table), epoch.key_match(of_table, 'h', 'l'));
  RETURN found;
END
$$;

-- Counts the rows that were put aside as inserted since the last commit, if they are to be taken; from now on the table is
-- as captured as one that always was. False if the capture was switched off again meanwhile.
CREATE OR REPLACE FUNCTION epoch.end_rescan(of_table text, versions text, takes boolean) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
  live regclass := epoch.users_table(of_table);
  found text;
  written regclass;
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  found := format('epoch.%I', t.label || '__n_' || t.table_id);
  EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', live);
  IF versions <> epoch.all_capture_versions(of_table) THEN
    RETURN false;
  END IF;
  IF takes THEN
    EXECUTE format(
      'INSERT INTO epoch.%1$I AS w (epoch_kind, %2$s) SELECT 0, %2$s FROM %3$s ON CONFLICT (%2$s) DO UPDATE SET epoch_kind = 0%4$s',
      epoch.object_of('w', of_table), epoch.column_list(t.key_columns), found,
      (SELECT string_agg(format(', %I = NULL', c), '') FROM unnest(t.columns) AS c WHERE c <> ALL (t.key_columns)));
  END IF;
  EXECUTE 'DROP TABLE IF EXISTS ' || found;
  FOR written IN SELECT w FROM epoch.written_tables(live) AS w LOOP
    PERFORM epoch.note_capture(of_table, '', written, true);
  END LOOP;
  RETURN true;
END
$$;

-- An append-only table, whose rows Epoch has as they were: rows that came or went without the capture do so now.
CREATE OR REPLACE FUNCTION epoch.rescan_appended(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET extra_float_digits = 3 SET client_min_messages = warning
AS $$
DECLARE
  live regclass := epoch.users_table(of_table);
  rows_with_ids text := format('epoch.%I', epoch.object_of('r', of_table));
  working_set text := format('epoch.%I', epoch.object_of('w', of_table));
  columns text := epoch.column_list(epoch.stored_columns(live));
BEGIN
  PERFORM epoch.recapture(of_table);
  EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', rows_with_ids);
  EXECUTE format(
    $sql$
      CREATE TEMPORARY TABLE epoch_went ON COMMIT DROP AS
      SELECT r.epoch_row
      FROM (
        SELECT epoch_row, md5(ROW(%1$s)::text) AS digest,
          row_number() OVER (PARTITION BY md5(ROW(%1$s)::text) ORDER BY epoch_row) AS place FROM %2$s
      ) AS r
      LEFT JOIN (SELECT md5(ROW(%1$s)::text) AS digest, count(*) AS times FROM %3$s GROUP BY 1) AS u USING (digest)
      WHERE r.place > coalesce(u.times, 0);
      CREATE TEMPORARY TABLE epoch_came ON COMMIT DROP AS
      SELECT %1$s
      FROM (
        SELECT %1$s, md5(ROW(%1$s)::text) AS digest,
          row_number() OVER (PARTITION BY md5(ROW(%1$s)::text)) AS place FROM %3$s
      ) AS u
      LEFT JOIN (SELECT md5(ROW(%1$s)::text) AS digest, count(*) AS times FROM %2$s GROUP BY 1) AS r USING (digest)
      WHERE u.place > coalesce(r.times, 0);
      INSERT INTO %4$s (epoch_kind, epoch_row, %1$s)
      SELECT 1, epoch_row, %1$s FROM %2$s JOIN pg_temp.epoch_went USING (epoch_row) ON CONFLICT DO NOTHING;
      DELETE FROM %2$s AS r USING pg_temp.epoch_went AS w WHERE w.epoch_row = r.epoch_row;
      WITH came AS (INSERT INTO %2$s (%1$s) SELECT %1$s FROM pg_temp.epoch_came RETURNING epoch_row)
      INSERT INTO %4$s (epoch_kind, epoch_row) SELECT 0, epoch_row FROM came;
      DROP TABLE pg_temp.epoch_went, pg_temp.epoch_came
    $sql$,
    columns, rows_with_ids, live, working_set);
  EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', rows_with_ids);
  PERFORM epoch.note_capture(of_table, '', live, true);
END
$$;

-- An open table of a branch, whose committed rows are in the layers: all its keys, and those of the layers, which the query
-- has, count as written.
CREATE OR REPLACE FUNCTION epoch.rescan_open(of_branch text, of_table text, layered text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
  open_table regclass := (
    SELECT to_regclass(p.open_relation) FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch AND p.table_id = of_table);
  working_set text := epoch.object_of('o', of_table, of_branch);
BEGIN
  IF open_table IS NULL THEN
    RETURN;
  END IF;
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', open_table);
  PERFORM epoch.capture_open(of_branch, of_table, open_table::text);
  EXECUTE epoch.touch_all(working_set, t.key_columns, epoch.open_keys(of_branch, of_table, open_table));
  EXECUTE epoch.touch_all(working_set, t.key_columns, format('(%s)', layered));
  PERFORM epoch.note_capture(of_table, of_branch, open_table, true);
END
$$;

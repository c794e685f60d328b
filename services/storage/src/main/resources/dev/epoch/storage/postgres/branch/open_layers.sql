-- Moves between an open table of a branch and its layers. While a table is open the layers are as of the last commit:
-- their working set is empty, and what is not committed is in the open table and in a working set of its own (kind o), as
-- of a live table. Whoever moves holds the lock of that working set.

-- Columns as images have them: without domains.
CREATE OR REPLACE FUNCTION epoch.image_list(of_table text, alias text, columns text[]) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(epoch.image_column(of_table, alias, c.name), ', ' ORDER BY c.place)
  FROM unnest(columns) WITH ORDINALITY AS c (name, place)
$$;

-- A column without its domain.
CREATE OR REPLACE FUNCTION epoch.image_column(of_table text, alias text, named text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('%I.%I', alias, named) || coalesce((
    SELECT '::' || epoch.base_type(a.atttypid, a.atttypmod)
    FROM pg_attribute AS a
    JOIN pg_type AS y ON y.oid = a.atttypid AND y.typtype = 'd'
    WHERE a.attrelid = epoch.live_table(of_table) AND a.attname = named
  ), '')
$$;

-- The columns of the layers as the live table has them: those that it does not have, as rows began with them.
CREATE OR REPLACE FUNCTION epoch.live_values(of_table text, alias text, columns text[]) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(
    CASE
      WHEN k.name IS NOT NULL THEN format('%L::%s', k.initial, k.type || k.collation_clause)
      ELSE epoch.image_column(of_table, alias, c.name)
    END, ', ' ORDER BY c.place)
  FROM unnest(columns) WITH ORDINALITY AS c (name, place)
  LEFT JOIN epoch.table_columns AS k ON k.table_id = of_table AND k.name = c.name AND k.number IS NULL
$$;

-- A join with the row (alias base, with epoch_there) of the live table at the branch's anchor that has the key of alias k.
CREATE OR REPLACE FUNCTION epoch.join_base_row(of_branch text, of_table text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  columns text[] := epoch.layer_columns(of_table);
  past text;
  pending text;
BEGIN
  past := format(
    'epoch.%I AS past WHERE %s AND past.epoch_from <= %s AND past.epoch_to > %3$s',
    epoch.object_of('h', of_table), epoch.key_match(of_table, 'past', 'k'), epoch.anchor_of(of_branch, of_table));
  pending := format(
    'epoch.%I AS pending WHERE %s', epoch.object_of('w', of_table), epoch.key_match(of_table, 'pending', 'k'));
  RETURN format(
    $sql$
      LEFT JOIN LATERAL (
        SELECT true AS epoch_there, %1$s FROM %2$s AND past.epoch_kind = 1
        UNION ALL
        SELECT true, %3$s FROM %4$s AND pending.epoch_kind = 1 AND NOT EXISTS (SELECT FROM %2$s)
        UNION ALL
        SELECT true, %5$s FROM %6$s AS live WHERE %7$s
          AND NOT EXISTS (SELECT FROM %4$s) AND NOT EXISTS (SELECT FROM %2$s)
      ) AS base ON true
    $sql$,
    epoch.column_list(columns, 'past'), past, epoch.column_list(columns, 'pending'), pending,
    epoch.live_values(of_table, 'live', columns),
    epoch.live_table(of_table), epoch.key_match(of_table, 'live', 'k'));
END
$$;

-- Makes the entries of an overlay what a relation says: epoch_kind 0 none, 1 the row, 2 a tombstone. Only what differs is
-- written; keys that the relation lacks keep what they have.
CREATE OR REPLACE FUNCTION epoch.apply_entries(of_branch text, of_table text, wanted text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
  t epoch.tables;
  row_table text := epoch.object_of('v', of_table, of_branch);
  tombstones text := epoch.object_of('d', of_table, of_branch);
  columns text[] := epoch.layer_columns(of_table);
  writable text[] := epoch.writable_layer_columns(of_table);
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  EXECUTE format(
    'DELETE FROM epoch.%I AS entry USING %s AS wanted WHERE wanted.epoch_kind <> 2 AND %s',
    tombstones, wanted, epoch.key_match(of_table, 'entry', 'wanted'));
  EXECUTE format(
    'DELETE FROM epoch.%I AS entry USING %s AS wanted WHERE %s AND (wanted.epoch_kind <> 1 OR record_image_ne(ROW(%s), ROW(%s)))',
    row_table, wanted, epoch.key_match(of_table, 'entry', 'wanted'), epoch.image_list(of_table, 'entry', columns),
    epoch.column_list(columns, 'wanted'));
  EXECUTE format(
    'INSERT INTO epoch.%I (%s) SELECT %s FROM %s AS wanted WHERE wanted.epoch_kind = 2 ON CONFLICT DO NOTHING',
    tombstones, epoch.column_list(t.key_columns), epoch.column_list(t.key_columns, 'wanted'), wanted);
  EXECUTE format(
    'INSERT INTO epoch.%I (%s) SELECT %s FROM %s AS wanted WHERE wanted.epoch_kind = 1 '
    'AND NOT EXISTS (SELECT FROM epoch.%1$I AS entry WHERE %5$s)',
    row_table, epoch.column_list(writable), epoch.column_list(writable, 'wanted'), wanted,
    epoch.key_match(of_table, 'entry', 'wanted'));
END
$$;

-- What a column of the live table is for a row of an open table that has the column with another type, as far as its type
-- has such values; null for other columns.
CREATE OR REPLACE FUNCTION epoch.open_value_of_live_type(of_branch text, of_table text, live_column text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('epoch.converted(open_row.%I::text, %L, %2$L)::%s AS %I', was.name, k.type, k.type || k.collation_clause, k.name)
  FROM epoch.table_columns AS k
  JOIN epoch.open_columns AS o ON o.branch_id = of_branch AND o.table_id = k.table_id AND o.column_id = k.column_id
  JOIN epoch.table_columns AS was ON was.table_id = k.table_id
    AND was.name = epoch.layer_of(of_table, o.column_id, o.type, o.collation_clause)
  WHERE k.table_id = of_table AND k.name = live_column AND k.number IS NOT NULL AND was.name <> k.name AND o.generated = ''
$$;

-- Gives the layers what is not committed in an open table, as uncommitted changes; the open table's working set is empty
-- then. Fails if the open table has other columns than when it was last looked at.
CREATE OR REPLACE FUNCTION epoch.push_open(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
  SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
  t epoch.tables;
  place epoch.branch_tables;
  working_set text := epoch.object_of('o', of_table, of_branch);
  columns text[] := epoch.layer_columns(of_table);
  own text[] := epoch.open_layer_columns(of_branch, of_table);
  touched boolean;
BEGIN
  SELECT * INTO STRICT place FROM epoch.branch_tables WHERE branch_id = of_branch AND table_id = of_table;
  IF place.open_relation IS NULL OR epoch.is_schema_only(of_branch) THEN
    RETURN;
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM epoch.%I)', working_set) INTO touched;
  IF NOT touched THEN
    RETURN;
  END IF;
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  PERFORM epoch.require_open_shape(of_branch, of_table);
  EXECUTE format(
    $sql$
      CREATE TEMPORARY TABLE epoch_pushed ON COMMIT DROP AS
      SELECT
        CASE
          WHEN open_row.epoch_there THEN
            CASE WHEN base.epoch_there AND record_image_eq(ROW(%1$s), ROW(%2$s)) THEN 0 ELSE 1 END
          WHEN base.epoch_there THEN 2
          ELSE 0
        END::smallint AS epoch_kind,
        %3$s
      FROM %4$s AS k
      LEFT JOIN LATERAL (
        SELECT true AS epoch_there, x.* FROM %5$s AS x WHERE %6$s OFFSET 0
      ) AS open_row ON true
      %7$s
    $sql$,
    epoch.image_list(of_table, 'open_row', own), epoch.column_list(own, 'base'),
    (SELECT string_agg(
      CASE
        WHEN c.name = ANY (t.key_columns)
        THEN format(
          'CASE WHEN open_row.epoch_there THEN %s ELSE k.%I END AS %2$I', epoch.image_column(of_table, 'open_row', c.name), c.name)
        WHEN c.name = ANY (own)
        THEN format('%s AS %I', epoch.image_column(of_table, 'open_row', c.name), c.name)
        -- the branch does not have it: a row stays what it was there; of another type, it follows what the branch has
        ELSE coalesce(
          epoch.open_value_of_live_type(of_branch, of_table, c.name),
          format(
            'CASE WHEN base.epoch_there THEN base.%I ELSE %s END AS %1$I', c.name, (
              SELECT format('%L::%s', l.initial, l.type || l.collation_clause) FROM epoch.table_columns AS l
              WHERE l.table_id = of_table AND l.name = c.name
            )))
      END, ', ' ORDER BY c.place)
     FROM unnest(columns) WITH ORDINALITY AS c (name, place)),
    epoch.touched_keys(of_branch, of_table), epoch.open_rows(of_branch, of_table), epoch.key_match(of_table, 'x', 'k'),
    epoch.join_base_row(of_branch, of_table));
  PERFORM epoch.apply_entries(of_branch, of_table, 'pg_temp.epoch_pushed');
  EXECUTE format('DELETE FROM epoch.%I', working_set);
  DROP TABLE pg_temp.epoch_pushed;
END
$$;

-- The same if no more than two thousand keys were written (or what epoch.most_pushed says), which costs less than what is made
-- for many (OpenTableCommit). Else the layers are left as they are, and the answer is how many there are. Zero if they were
-- pushed: also where the overlay may hold back what it checks until the transaction ends.
CREATE OR REPLACE FUNCTION epoch.push_few(of_branch text, of_table text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  written bigint;
  place epoch.branch_tables;
BEGIN
  EXECUTE format(
    'SELECT coalesce(sum(coalesce(epoch_count, 1)), 0)::bigint FROM epoch.%I', epoch.object_of('o', of_table, of_branch))
  INTO written;
  SELECT * INTO STRICT place FROM epoch.branch_tables WHERE branch_id = of_branch AND table_id = of_table;
  IF written <= coalesce(nullif(current_setting('epoch.most_pushed', true), '')::bigint, 2000)
    OR place.definition IS NOT NULL OR place.open_rows IS NOT NULL OR epoch.is_schema_only(of_branch) OR written = 0
    OR epoch.open_layer_columns(of_branch, of_table) <> epoch.layer_columns(of_table)
    OR EXISTS (
      SELECT FROM pg_constraint
      WHERE conrelid = format('epoch.%I', epoch.object_of('v', of_table, of_branch))::regclass AND condeferrable
    )
  THEN
    PERFORM epoch.push_open(of_branch, of_table);
    RETURN 0;
  END IF;
  PERFORM epoch.require_open_shape(of_branch, of_table);
  RETURN written;
END
$$;

-- The other way: what is not committed in the layers is uncommitted in the open table, which has these rows already.
CREATE OR REPLACE FUNCTION epoch.pull_open(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
  SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
  t epoch.tables;
  layered text := epoch.object_of('vw', of_table, of_branch);
  touched boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM epoch.%I)', layered) INTO touched;
  IF NOT touched THEN
    RETURN;
  END IF;
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  EXECUTE epoch.touch_all(epoch.object_of('o', of_table, of_branch), t.key_columns, format('epoch.%I', layered));
  PERFORM epoch.apply_entries(of_branch, of_table, format('epoch.%I', layered));
  EXECUTE format('DELETE FROM epoch.%I', layered);
END
$$;

-- Fails if somebody has given an open table other columns since it was last looked at.
CREATE OR REPLACE FUNCTION epoch.require_open_shape(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place epoch.branch_tables;
BEGIN
  SELECT * INTO STRICT place FROM epoch.branch_tables WHERE branch_id = of_branch AND table_id = of_table;
  IF to_regclass(place.open_relation) IS NULL THEN
    RAISE EXCEPTION 'The table % of the branch was dropped or renamed', place.open_relation
      USING ERRCODE = 'EP003',
        HINT = 'Rename it back; or close it, which gives up what is not committed: epoch branch close';
  ELSIF epoch.is_open_altered(of_branch, of_table, to_regclass(place.open_relation)) THEN
    RAISE EXCEPTION 'The columns of % were changed meanwhile', place.open_relation
      USING ERRCODE = 'EP003', HINT = 'Try again.';
  END IF;
END
$$;

-- Name, in schema epoch, of the relation that lists what is not committed of a table that a branch has an overlay of.
CREATE OR REPLACE FUNCTION epoch.working_set_on(of_branch text, of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT epoch.object_of(
    CASE WHEN p.open_relation IS NULL OR epoch.is_schema_only(of_branch) THEN 'vw' ELSE 'o' END, of_table, of_branch)
  FROM epoch.branch_tables AS p
  WHERE p.branch_id = of_branch AND p.table_id = of_table
$$;

-- Lays the layers of an open table, of which no commit has anything, over what another branch has: entries of its overlay
-- at a position, or none. The open table's rows are to follow.
CREATE OR REPLACE FUNCTION epoch.repoint_open(
  of_branch text, of_table text, to_anchor bigint, source text, source_at bigint
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  kind text;
  writable text := epoch.column_list(epoch.writable_layer_columns(of_table));
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  FOREACH kind IN ARRAY ARRAY['v', 'd', 'vw', 'vh'] LOOP
    EXECUTE format('DELETE FROM epoch.%I', epoch.object_of(kind, of_table, of_branch));
  END LOOP;
  UPDATE epoch.branch_tables AS p SET anchor = to_anchor WHERE p.branch_id = of_branch AND p.table_id = of_table;
  IF source IS NOT NULL THEN
    EXECUTE format(
      'INSERT INTO epoch.%I (%s) SELECT %2$s FROM (%s) AS entries WHERE epoch_kind = 1',
      epoch.object_of('v', of_table, of_branch), writable, epoch.entries_at(of_table, source, source_at::text));
    EXECUTE format(
      'INSERT INTO epoch.%I (%s) SELECT %2$s FROM (%s) AS entries WHERE epoch_kind = 2',
      epoch.object_of('d', of_table, of_branch), epoch.column_list(t.key_columns),
      epoch.entries_at(of_table, source, source_at::text));
  END IF;
  EXECUTE format('DELETE FROM epoch.%I', epoch.object_of('vw', of_table, of_branch));
END
$$;

-- Keeps the open table that the transaction's snapshot knows of from being closed until the transaction ends. False if it is
-- gone: another one of the same name, which the snapshot would see without rows, is none.
CREATE OR REPLACE FUNCTION epoch.hold_open(of_branch text, of_table text) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place epoch.branch_tables;
BEGIN
  SELECT * INTO place FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch AND p.table_id = of_table;
  IF to_regclass(place.open_relation) IS NULL THEN
    RETURN false;
  END IF;
  EXECUTE format('LOCK TABLE %s IN ACCESS SHARE MODE', place.open_relation);
  RETURN coalesce(to_regclass(place.open_relation) = place.open_id, false);
EXCEPTION WHEN undefined_table THEN
  RETURN false;
END
$$;

-- Quoted name of an open table that has the committed rows, as far as the transaction's snapshot shows; nobody can close it
-- until the transaction ends. Null if something in it is not committed, or it is gone, or has columns of its own. Of a
-- schema-only branch nothing is asked: its open tables have no committed rows.
CREATE OR REPLACE FUNCTION epoch.hold_committed(of_branch text, of_table text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  touched boolean;
BEGIN
  IF NOT epoch.hold_open(of_branch, of_table) THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM epoch.%I)', epoch.object_of('o', of_table, of_branch)) INTO touched;
  RETURN CASE
    WHEN NOT touched
    THEN (
      SELECT p.open_relation FROM epoch.branch_tables AS p
      WHERE p.branch_id = of_branch AND p.table_id = of_table AND p.open_rows IS NULL
        AND NOT epoch.is_open_altered(of_branch, of_table, to_regclass(p.open_relation))
    )
  END;
END
$$;

-- The working set of an open table (kind o): the keys that were written since the last commit, whatever became of them. What
-- their rows were is in the layers, so that nothing else has to be kept, and in no order. A key is a row, or one of many in
-- the arrays of a row: epoch_many_1, ... for the columns of the key, epoch_count of them; the key's own columns are null there.
-- There is no index, and a key may be there more than once: a statement adds what it wrote without a look at what is known.
-- Readers go through epoch.touched_keys, epoch.fold_touched_keys keeps the number of rows small. Where a key cannot be in
-- arrays, each key is one row, and an index keeps it unique.

-- Makes the working set of an open table, or gives one of an earlier version the columns that it lacks.
CREATE OR REPLACE FUNCTION epoch.create_touched_keys(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  working_set text := epoch.object_of('o', of_table, of_branch);
  keys text[] := (SELECT t.key_columns FROM epoch.tables AS t WHERE t.table_id = of_table);
  is_new boolean := to_regclass(format('epoch.%I', working_set)) IS NULL;
BEGIN
  IF is_new THEN
    EXECUTE format('CREATE TABLE epoch.%I (%s)', working_set, epoch.image_definitions(epoch.live_table(of_table), keys));
  ELSIF EXISTS (
    SELECT FROM pg_attribute
    WHERE attrelid = format('epoch.%I', working_set)::regclass AND attname = 'epoch_folded' AND NOT attisdropped
  ) THEN
    RETURN;
  ELSE
    PERFORM epoch.renew_touched_keys(of_branch, of_table, keys);
  END IF;
  -- where all tables of the database are published, rows go from those alone that can tell which
  EXECUTE format(
    'ALTER TABLE epoch.%I REPLICA IDENTITY FULL, ADD IF NOT EXISTS epoch_count integer, ADD epoch_folded boolean', working_set);
  IF epoch.key_arrays(working_set) IS NULL THEN
    PERFORM epoch.add_key_arrays(working_set, keys);
  END IF;
  IF is_new THEN
    PERFORM epoch.prepare_image_table(working_set);
  END IF;
  IF epoch.key_arrays(working_set) IS NULL THEN
    EXECUTE format('CREATE UNIQUE INDEX ON epoch.%I (%s)', working_set, epoch.column_list(keys));
  END IF;
END
$$;

-- Takes off what working sets of open tables had in earlier versions: images, keys, indexes.
CREATE OR REPLACE FUNCTION epoch.renew_touched_keys(of_branch text, of_table text, keys text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  working_set regclass := format('epoch.%I', epoch.object_of('o', of_table, of_branch))::regclass;
  former record;
BEGIN
  FOR former IN
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', working_set, c.conname) AS undone
    FROM pg_constraint AS c WHERE c.conrelid = working_set AND c.contype = 'p'
    UNION ALL
    SELECT format('ALTER TABLE %s ALTER %I DROP NOT NULL', working_set, k) FROM unnest(keys) AS k
    UNION ALL
    SELECT format('DROP INDEX %s', i.indexrelid::regclass)
    FROM pg_index AS i WHERE i.indrelid = working_set AND NOT i.indisprimary
    UNION ALL
    SELECT format('DROP TRIGGER %I ON %s', g.tgname, g.tgrelid::regclass)
    FROM epoch.branch_tables AS p
    JOIN pg_trigger AS g ON g.tgrelid = to_regclass(p.open_relation)
      AND g.tgname ~ '^epoch_capture_before_(insert|update|delete)$'
    WHERE p.branch_id = of_branch AND p.table_id = of_table
  LOOP
    EXECUTE former.undone;
  END LOOP;
  EXECUTE format('ALTER TABLE %s DROP COLUMN IF EXISTS epoch_kind', working_set);
END
$$;

-- Gives a working set an array for each column of the key, unless a column's type has no array: an array has none.
CREATE OR REPLACE FUNCTION epoch.add_key_arrays(working_set text, keys text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  arrays text;
BEGIN
  SELECT string_agg(
    format('ADD epoch_many_%s %s[]%s', k.place, format_type(a.atttypid, a.atttypmod),
      CASE WHEN l.collname <> 'default' THEN format(' COLLATE %I.%I', n.nspname, l.collname) END),
    ', ' ORDER BY k.place)
  INTO arrays
  FROM unnest(keys) WITH ORDINALITY AS k (name, place)
  JOIN pg_attribute AS a ON a.attrelid = format('epoch.%I', working_set)::regclass AND a.attname = k.name
  JOIN pg_type AS y ON y.oid = a.atttypid
  LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
  LEFT JOIN pg_namespace AS n ON n.oid = l.collnamespace
  HAVING bool_and(y.typarray <> 0);
  IF arrays IS NOT NULL THEN
    EXECUTE format('ALTER TABLE epoch.%I %s', working_set, arrays);
  END IF;
END
$$;

-- The arrays of a working set, as a list; null if it has none.
CREATE OR REPLACE FUNCTION epoch.key_arrays(working_set text, alias text DEFAULT NULL) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT epoch.column_list(array_agg(a.attname::text ORDER BY a.attnum), alias)
  FROM pg_attribute AS a
  WHERE a.attrelid = to_regclass(format('epoch.%I', working_set)) AND a.attname ~ '^epoch_many_\d+$'
$$;

-- The keys that were written in an open table, each once: for behind FROM.
CREATE OR REPLACE FUNCTION epoch.touched_keys(of_branch text, of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $$
  SELECT CASE
    WHEN epoch.key_arrays(working_set) IS NULL
    THEN format('(SELECT %s FROM epoch.%I AS t)', epoch.column_list(t.key_columns, 't'), working_set)
    ELSE format(
      '(SELECT DISTINCT %1$s FROM ('
      'SELECT %1$s FROM epoch.%2$I AS t WHERE t.epoch_count IS NULL '
      'UNION ALL SELECT %3$s FROM epoch.%2$I AS b, unnest(%4$s) AS many (%1$s) WHERE b.epoch_count IS NOT NULL'
      ') AS written)',
      epoch.column_list(t.key_columns), working_set, epoch.column_list(t.key_columns, 'many'), epoch.key_arrays(working_set, 'b'))
    END
  FROM epoch.tables AS t, epoch.object_of('o', of_table, of_branch) AS working_set
  WHERE t.table_id = of_table
$$;

-- Statement that puts the keys which a relation has into a working set: ten thousand into a row. Capture functions have it,
-- which have no search_path of their own.
CREATE OR REPLACE FUNCTION epoch.touch_all(working_set text, key_columns text[], relation text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN epoch.key_arrays(working_set) IS NULL
    THEN format(
      'INSERT INTO epoch.%I (%s) SELECT %s FROM %s AS x ON CONFLICT DO NOTHING', working_set,
      epoch.column_list(key_columns), epoch.column_list(key_columns, 'x'), relation)
    ELSE format(
      'INSERT INTO epoch.%I (epoch_count, %s) SELECT pg_catalog.count(*), %s '
      'FROM (SELECT %s, (pg_catalog.row_number() OVER () OPERATOR(pg_catalog.-) 1) OPERATOR(pg_catalog./) 10000 AS epoch_part '
      'FROM %s AS x) AS part GROUP BY part.epoch_part',
      working_set, epoch.key_arrays(working_set), (
        SELECT string_agg(format('pg_catalog.array_agg(part.%I)', k.name), ', ' ORDER BY k.place)
        FROM unnest(key_columns) WITH ORDINALITY AS k (name, place)
      ), epoch.column_list(key_columns, 'x'), relation)
  END
$$;

-- Sees to it that a working set does not grow with the number of statements. Single keys, and rows with few, go into arrays
-- together when they are ten thousand, each key once. Arrays in which a key may be in several become such in which it is in
-- one (epoch_folded) when they have more keys than those, and than the table has rows. So there are at most twice as many keys
-- as rows were written, or as the table has, and some ten thousand; what this takes is in proportion to what was written since.
--
-- Only one transaction at a time does so, others go on: they add rows and take none away, nor does an operation, whose lock
-- waits for this transaction's. A snapshot from before somebody else did it gives up.
CREATE OR REPLACE FUNCTION epoch.fold_touched_keys(working_set text, key_columns text[], open_table oid) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET enable_nestloop = off
AS $$
DECLARE
  single bigint;
  loose bigint;
  folded bigint;
  is_whole boolean;
BEGIN
  IF epoch.key_arrays(working_set) IS NULL
    OR NOT pg_try_advisory_xact_lock(hashtextextended('epoch folds ' || working_set, 0))
  THEN
    RETURN;
  END IF;
  EXECUTE format(
    'SELECT count(*) FILTER (WHERE coalesce(epoch_count, 1) < 1000), coalesce(sum(epoch_count) FILTER (WHERE epoch_folded IS NULL), 0), '
    'coalesce(sum(epoch_count) FILTER (WHERE epoch_folded), 0) FROM epoch.%I', working_set)
  INTO single, loose, folded;
  is_whole := loose > greatest(folded, 100000, (SELECT c.reltuples FROM pg_class AS c WHERE c.oid = open_table));
  IF single < 10000 AND NOT is_whole THEN
    RETURN;
  END IF;
  EXECUTE format(
    $sql$
      WITH gone AS (
        DELETE FROM epoch.%1$I WHERE %2$s RETURNING *
      ), known AS (
        SELECT DISTINCT %3$s FROM (
          SELECT %3$s FROM gone AS t WHERE t.epoch_count IS NULL
          UNION ALL
          SELECT %4$s FROM gone AS b, unnest(%5$s) AS many (%3$s) WHERE b.epoch_count IS NOT NULL
        ) AS written
      )
      INSERT INTO epoch.%1$I (epoch_count, epoch_folded, %6$s)
      SELECT count(*), %7$s, %8$s
      FROM (SELECT %3$s, (row_number() OVER () - 1) / 10000 AS epoch_part FROM known) AS part
      GROUP BY part.epoch_part
    $sql$,
    working_set, CASE WHEN is_whole THEN 'true' ELSE 'coalesce(epoch_count, 1) < 1000' END, epoch.column_list(key_columns),
    epoch.column_list(key_columns, 'many'), epoch.key_arrays(working_set, 'b'), epoch.key_arrays(working_set),
    CASE WHEN is_whole THEN 'true' ELSE 'NULL::boolean' END, (
      SELECT string_agg(format('array_agg(part.%I)', k.name), ', ' ORDER BY k.place)
      FROM unnest(key_columns) WITH ORDINALITY AS k (name, place)
    ));
EXCEPTION WHEN serialization_failure THEN
  NULL;
END
$$;

-- The working set of an open table (kind o): the keys that were written since the last commit, whatever became of them. What
-- their rows were is in the layers, so that nothing else has to be kept, and in no order. A key is a row, or one of many in
-- the arrays of a row: epoch_many_1, ... for the columns of the key, epoch_count of them; the key's own columns are null there.
-- A statement that writes many rows costs little more than without Epoch then; readers go through epoch.touched_keys.

-- Makes the working set of an open table, or gives one of an earlier version the columns that it lacks.
CREATE OR REPLACE FUNCTION epoch.create_touched_keys(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  working_set text := epoch.object_of('o', of_table, of_branch);
  keys text[] := (SELECT t.key_columns FROM epoch.tables AS t WHERE t.table_id = of_table);
  is_new boolean := to_regclass(format('epoch.%I', working_set)) IS NULL;
  arrays text;
  former record;
BEGIN
  IF is_new THEN
    EXECUTE format('CREATE TABLE epoch.%I (%s)', working_set, epoch.image_definitions(epoch.live_table(of_table), keys));
  ELSIF EXISTS (
    SELECT FROM pg_attribute
    WHERE attrelid = format('epoch.%I', working_set)::regclass AND attname = 'epoch_count' AND NOT attisdropped
  ) THEN
    RETURN;
  ELSE
    EXECUTE format('ALTER TABLE epoch.%I DROP COLUMN epoch_kind', working_set);
    FOR former IN
      SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname) AS undone
      FROM pg_constraint AS c WHERE c.conrelid = to_regclass(format('epoch.%I', working_set)) AND c.contype = 'p'
      UNION ALL
      SELECT format('ALTER TABLE epoch.%I ALTER %I DROP NOT NULL', working_set, k) FROM unnest(keys) AS k
      UNION ALL
      SELECT format('DROP TRIGGER %I ON %s', g.tgname, g.tgrelid::regclass)
      FROM epoch.branch_tables AS p
      JOIN pg_trigger AS g ON g.tgrelid = to_regclass(p.open_relation) AND g.tgname ~ '^epoch_capture_before_(insert|update|delete)$'
      WHERE p.branch_id = of_branch AND p.table_id = of_table
    LOOP
      EXECUTE former.undone;
    END LOOP;
  END IF;
  EXECUTE format('ALTER TABLE epoch.%I ADD epoch_count integer', working_set);
  -- an array has no array of its own type
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
  IF is_new THEN
    PERFORM epoch.prepare_image_table(working_set);
  END IF;
  EXECUTE format('CREATE UNIQUE INDEX ON epoch.%I (%s)', working_set, epoch.column_list(keys));
  EXECUTE format('CREATE INDEX ON epoch.%I (epoch_count) WHERE epoch_count IS NOT NULL', working_set);
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
  SELECT format(
    '(SELECT %s FROM epoch.%I AS t WHERE t.epoch_count IS NULL%s)', epoch.column_list(t.key_columns, 't'), working_set,
    CASE WHEN epoch.key_arrays(working_set) IS NOT NULL THEN format(
      ' UNION ALL SELECT DISTINCT %1$s FROM epoch.%2$I AS b, unnest(%3$s) AS many (%4$s) WHERE b.epoch_count IS NOT NULL '
      'AND NOT EXISTS (SELECT FROM epoch.%2$I AS t WHERE %5$s)',
      epoch.column_list(t.key_columns, 'many'), working_set, epoch.key_arrays(working_set, 'b'),
      epoch.column_list(t.key_columns), epoch.key_match(of_table, 't', 'many')) END)
  FROM epoch.tables AS t, epoch.object_of('o', of_table, of_branch) AS working_set
  WHERE t.table_id = of_table
$$;

-- Statements that put the keys of many rows into a working set: of some thousand into one row, unless there are more keys in
-- such rows than the table has rows, since nothing tells then which are there already. Then each goes for itself, with a plan
-- of its own (without nested loops: statistics may say that the working set is empty).
CREATE OR REPLACE FUNCTION epoch.touch_many(of_table text, working_set text, key_columns text[], rows_name text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN epoch.key_arrays(working_set) IS NULL THEN each
    ELSE format(
      $sql$
        SELECT coalesce(sum(t.epoch_count), 0) > greatest(c.reltuples, 100000) OR count(t.epoch_count) > 1000 INTO is_full
        FROM pg_class AS c LEFT JOIN epoch.%1$I AS t ON t.epoch_count IS NOT NULL
        WHERE c.oid = TG_RELID GROUP BY c.reltuples;
        IF is_full THEN
          %2$s
        ELSE
          INSERT INTO epoch.%1$I (epoch_count, %3$s)
          SELECT count(*), %4$s
          FROM (SELECT %5$s, (row_number() OVER () - 1) / 10000 AS epoch_part FROM %6$I) AS part
          GROUP BY part.epoch_part;
        END IF;
      $sql$,
      working_set, each, epoch.key_arrays(working_set),
      (SELECT string_agg(format('array_agg(part.%I)', k.name), ', ' ORDER BY k.place)
        FROM unnest(key_columns) WITH ORDINALITY AS k (name, place)),
      epoch.column_list(key_columns, rows_name), rows_name)
  END
  FROM format(
    $sql$
      former_setting := current_setting('enable_nestloop');
      PERFORM set_config('enable_nestloop', 'off', true);
      EXECUTE %1$L;
      PERFORM set_config('enable_nestloop', former_setting, true);
    $sql$,
    format(
      'INSERT INTO epoch.%1$I (%2$s) SELECT %3$s FROM %4$I '
      'WHERE NOT EXISTS (SELECT FROM epoch.%1$I AS known WHERE %5$s) ON CONFLICT DO NOTHING',
      working_set, epoch.column_list(key_columns), epoch.column_list(key_columns, rows_name), rows_name,
      epoch.key_match(of_table, 'known', rows_name))
  ) AS each
$$;

-- Statements of a capture function that put the keys of a transition table into a working set.
CREATE OR REPLACE FUNCTION epoch.touch_keys(of_table text, working_set text, rows_name text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    $sql$
      PERFORM FROM %1$I OFFSET 999 LIMIT 1;
      IF FOUND THEN
        %2$s
      ELSE
        INSERT INTO epoch.%3$I (%4$s) SELECT %5$s FROM %1$I ON CONFLICT DO NOTHING;
      END IF;
    $sql$,
    rows_name, epoch.touch_many(of_table, working_set, t.key_columns, rows_name), working_set,
    epoch.column_list(t.key_columns), epoch.column_list(t.key_columns, rows_name))
  FROM epoch.tables AS t
  WHERE t.table_id = of_table
$$;

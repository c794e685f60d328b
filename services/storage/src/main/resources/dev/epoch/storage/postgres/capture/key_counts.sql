-- Keys that nothing else keeps unique: how many rows of the live table have each. Statements that would give a key to a
-- second row, or leave a part of it null, are refused: two rows of one key could not be told apart. The counts do not
-- depend on the order in which the captures of nested statements run; so one above 1 may pass, and the table is asked
-- then.

-- Whether Epoch has to see to it that the key is unique.
CREATE OR REPLACE FUNCTION epoch.is_key_counted(of_table text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT t.key_counted FROM epoch.tables AS t WHERE t.table_id = of_table
$$;

-- Makes the table of counts, empty.
CREATE OR REPLACE FUNCTION epoch.create_key_counts(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  keys text;
  counts text := epoch.object_of('k', of_table);
BEGIN
  SELECT epoch.column_list(t.key_columns) INTO STRICT keys FROM epoch.tables AS t WHERE t.table_id = of_table;
  EXECUTE format(
    'CREATE TABLE epoch.%I AS SELECT %s, 1 AS epoch_count FROM %s WITH NO DATA',
    counts, keys, epoch.live_table(of_table));
  EXECUTE format('ALTER TABLE epoch.%I ADD PRIMARY KEY (%s)', counts, keys);
END
$$;

-- Counts the rows that are there. Writers wait until the end of the transaction.
CREATE OR REPLACE FUNCTION epoch.fill_key_counts(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  live regclass := epoch.live_table(of_table);
  counts text := epoch.object_of('k', of_table);
  keys text;
  duplicate text;
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  keys := epoch.column_list(t.key_columns);
  EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', live);
  EXECUTE format(
    'INSERT INTO epoch.%I (%s, epoch_count) SELECT %2$s, count(*) FROM %s GROUP BY %2$s', counts, keys, live);
  EXECUTE format(
    'SELECT concat_ws('', '', %s) FROM epoch.%I WHERE epoch_count > 1 LIMIT 1',
    (SELECT string_agg(quote_ident(c) || '::text', ', ' ORDER BY place)
      FROM unnest(t.key_columns) WITH ORDINALITY AS k (c, place)),
    counts)
  INTO duplicate;
  IF duplicate IS NOT NULL THEN
    RAISE EXCEPTION 'Several rows of %.% have the key (%)', t.schema_name, t.table_name, duplicate
      USING ERRCODE = 'EP002', HINT = 'Name columns that tell all rows apart.';
  END IF;
  EXECUTE format('ANALYZE epoch.%I', counts);
END
$$;

-- Fails if rows have got a key that others have too.
CREATE OR REPLACE FUNCTION epoch.key_check(of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    $body$
      SELECT concat_ws(', ', %1$s) INTO duplicate
      FROM (SELECT DISTINCT %2$s FROM new_rows) AS made
      JOIN %3$s AS live ON %4$s
      GROUP BY %5$s
      HAVING count(*) > 1
      LIMIT 1;
      IF duplicate IS NOT NULL THEN
        RAISE EXCEPTION %6$L
          USING ERRCODE = 'unique_violation',
            DETAIL = concat('Key (', %7$L::text, ')=(', duplicate, ') already exists.'),
            HINT = 'The table was registered with this key, and its history is kept by it.',
            SCHEMA = %8$L, TABLE = %9$L, CONSTRAINT = %10$L;
      END IF;
    $body$,
    (SELECT string_agg(format('made.%I::text', k), ', ' ORDER BY place)
      FROM unnest(t.key_columns) WITH ORDINALITY AS c (k, place)),
    epoch.column_list(t.key_columns),
    epoch.live_table(of_table),
    epoch.key_match(of_table, 'live', 'made'),
    epoch.column_list(t.key_columns, 'made'),
    format('duplicate key value violates the key that Epoch was given for table "%s"', replace(t.table_name, '%', '%%')),
    array_to_string(t.key_columns, ', '),
    t.schema_name, t.table_name, t.table_name || '_epoch_key')
  FROM epoch.tables AS t
  WHERE t.table_id = of_table
$$;

-- Statements that add to the counts what a statement has changed: rows gives the keys with 1 for each row that came
-- and -1 for each that went. Rows of the table of counts are found by its key and by their place alone, never by a plan
-- that was made for other numbers of rows.
CREATE OR REPLACE FUNCTION epoch.count_rows(of_table text, rows_changed text, check_made text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    $body$
      WITH touched AS (
        SELECT %1$s, sum(epoch_count)::integer AS epoch_count
        FROM (%2$s) AS changed
        GROUP BY %1$s
        ORDER BY %1$s
      ), kept AS (
        INSERT INTO epoch.%3$I AS known (%1$s, epoch_count)
        SELECT %1$s, epoch_count FROM touched WHERE epoch_count <> 0
        ON CONFLICT (%1$s) DO UPDATE SET epoch_count = known.epoch_count + excluded.epoch_count
        RETURNING known.ctid AS place, known.epoch_count
      )
      SELECT array_agg(place) FILTER (WHERE epoch_count = 0),
        coalesce(bool_or(epoch_count > 1), false)
          -- a row has left the key and another one come, and a nested statement may have given it to a third
          OR EXISTS (
            SELECT FROM touched JOIN epoch.%3$I AS known ON %5$s
            WHERE touched.epoch_count = 0 AND known.epoch_count > 1)
      INTO unused_counts, may_be_double
      FROM kept;
      IF unused_counts IS NOT NULL THEN
        DELETE FROM epoch.%3$I AS known WHERE known.ctid = ANY (unused_counts);
      END IF;
      IF may_be_double THEN
        %4$s
      END IF;
    $body$,
    epoch.column_list(t.key_columns), rows_changed, epoch.object_of('k', of_table), check_made,
    epoch.key_match(of_table, 'known', 'touched'))
  FROM epoch.tables AS t
  WHERE t.table_id = of_table
$$;

-- Fails if a part of the key of new rows is null.
CREATE OR REPLACE FUNCTION epoch.key_null_check(of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(string_agg(
    format(
      $body$
        IF EXISTS (SELECT FROM new_rows WHERE new_rows.%1$I IS NULL) THEN
          RAISE EXCEPTION %2$L
            USING ERRCODE = 'not_null_violation',
              HINT = 'The table was registered with this key, and its history is kept by it.',
              SCHEMA = %3$L, TABLE = %4$L, COLUMN = %5$L;
        END IF;
      $body$,
      a.attname,
      format(
        'null value in column "%s" violates the key that Epoch was given for table "%s"',
        replace(a.attname, '%', '%%'), replace(t.table_name, '%', '%%')),
      t.schema_name, t.table_name, a.attname), ''), '')
  FROM epoch.tables AS t
  JOIN pg_attribute AS a ON a.attrelid = epoch.live_table(of_table) AND a.attname = ANY (t.key_columns)
  WHERE t.table_id = of_table AND NOT a.attnotnull
$$;

-- Statements of the capture function that keep the counts.
CREATE OR REPLACE FUNCTION epoch.count_keys(of_table text, key_may_change text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    $body$
      IF TG_OP = 'INSERT' THEN
        %1$s
        %2$s
      ELSIF TG_OP = 'UPDATE' THEN
        IF %3$s THEN
          %1$s
          %4$s
        END IF;
      ELSIF TG_OP = 'DELETE' THEN
        %5$s
      ELSIF current_setting('transaction_isolation') = 'read committed' THEN
        DELETE FROM epoch.%6$I;
      END IF;
    $body$,
    epoch.key_null_check(of_table),
    epoch.count_rows(of_table, came, epoch.key_check(of_table)),
    key_may_change,
    epoch.count_rows(of_table, came || ' UNION ALL ' || went, epoch.key_check(of_table)),
    epoch.count_rows(of_table, went, 'NULL;'),
    epoch.object_of('k', of_table))
  FROM epoch.tables AS t,
    format('SELECT %s, 1 AS epoch_count FROM new_rows', epoch.column_list(t.key_columns, 'new_rows')) AS came,
    format('SELECT %s, -1 AS epoch_count FROM old_rows', epoch.column_list(t.key_columns, 'old_rows')) AS went
  WHERE t.table_id = of_table
$$;

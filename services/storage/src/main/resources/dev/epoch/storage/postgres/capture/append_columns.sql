-- How Epoch's rows of an append-only table follow columns that the users' table gets. Nothing tells which row is which once
-- it is stored, so values of new columns must come with the rows: the first statement that adds rows lets all follow.

-- Why what an append-only table has become cannot be followed, null if all follows it: columns that were added behind the
-- others, whose rows have one value or none. The caller holds a lock against other writers of the users' table, or is one.
CREATE OR REPLACE FUNCTION epoch.follow_append(of_table text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
  users regclass := epoch.users_table(of_table);
  problem text;
  rewritten boolean;
  has_values boolean;
  change record;
  layer record;
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table FOR UPDATE;
  problem := epoch.shape_change(of_table);
  IF problem IS NULL THEN
    IF t.live_oid IS DISTINCT FROM users::oid THEN
      -- restored from a dump, which counts columns anew
      UPDATE epoch.table_columns AS k SET number = c.number
      FROM epoch.live_columns(users) AS c WHERE k.table_id = of_table AND k.name = c.name;
      UPDATE epoch.tables SET live_oid = users, last_column = epoch.last_column(users) WHERE table_id = of_table;
    END IF;
    UPDATE epoch.tables SET file_nodes = epoch.file_nodes(users)
    WHERE table_id = of_table AND file_nodes IS DISTINCT FROM epoch.file_nodes(users);
    RETURN NULL;
  END IF;
  IF users IS NULL OR t.live_oid IS DISTINCT FROM users::oid OR epoch.identity_change(of_table) IS NOT NULL
    OR EXISTS (
      SELECT FROM epoch.table_columns AS k
      LEFT JOIN epoch.live_columns(users) AS c ON c.number = k.number
      WHERE k.table_id = of_table AND (k.name, k.type, k.collation_clause) IS DISTINCT FROM (c.name, c.type, c.collation_clause)
    )
    OR epoch.last_column(users) <> t.last_column + (SELECT count(*) FROM epoch.live_columns(users) AS c WHERE c.number > t.last_column)
    OR EXISTS (
      SELECT FROM pg_attribute AS a WHERE a.attrelid = users AND a.attnum > t.last_column
        AND (a.attgenerated <> '' OR a.attname ~ '^epoch_(kind|from|to|row|(gone|moved)_[0-9]+)$')
    )
  THEN
    RETURN problem;
  END IF;
  rewritten := t.file_nodes IS DISTINCT FROM epoch.file_nodes(users);
  FOR change IN SELECT * FROM epoch.live_columns(users) AS c WHERE c.number > t.last_column AND NOT c.has_initial LOOP
    IF rewritten THEN
      EXECUTE format('SELECT EXISTS (SELECT FROM %s AS r WHERE r.%I IS DISTINCT FROM NULL)', users, change.name) INTO has_values;
      IF has_values THEN
        RETURN format('its rows have values of their own in the new column "%s", and nothing tells which is whose', change.name);
      END IF;
    END IF;
  END LOOP;

  PERFORM epoch.drop_copy(p.branch_id, of_table)
  FROM epoch.branch_tables AS p WHERE p.table_id = of_table AND (p.has_copy OR p.copy_fill IS NOT NULL);
  FOR change IN
    SELECT c.*, format_type(a.atttypid, a.atttypmod) AS declared
    FROM epoch.live_columns(users) AS c
    JOIN pg_attribute AS a ON a.attrelid = users AND a.attnum = c.number
    WHERE c.number > t.last_column
    ORDER BY c.number
  LOOP
    INSERT INTO epoch.table_columns (table_id, name, column_id, number, type, collation_clause, initial)
    VALUES (
      of_table, change.name, epoch.new_column_id(of_table, change.name), change.number, change.type, change.collation_clause,
      change.initial);
    PERFORM epoch.add_layer_column(
      'v', epoch.live_table(of_table)::text, change.name, change.declared || change.collation_clause, change.initial);
    FOR layer IN SELECT * FROM epoch.layers(of_table) ORDER BY relation LOOP
      PERFORM epoch.add_layer_column(
        layer.kind, layer.relation, change.name,
        CASE WHEN layer.kind = 'v' THEN change.declared ELSE change.type END || change.collation_clause, change.initial);
    END LOOP;
  END LOOP;
  UPDATE epoch.tables
  SET columns = epoch.stored_columns(users) || ARRAY['epoch_row'], last_column = epoch.last_column(users),
    file_nodes = epoch.file_nodes(users)
  WHERE table_id = of_table;
  PERFORM epoch.create_append_capture(of_table);
  PERFORM epoch.create_forwarding(of_table);
  PERFORM epoch.create_overlay_capture(l.branch_id, of_table) FROM epoch.layers(of_table) AS l WHERE l.kind = 'v';
  RETURN NULL;
END
$$;

-- The same, for whoever looks at the table: waits for its writers if there is anything to do.
CREATE OR REPLACE FUNCTION epoch.follow_append_locked(of_table text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF epoch.shape_change(of_table) IS NOT NULL AND epoch.identity_change(of_table) IS NULL THEN
    EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', epoch.users_table(of_table));
  END IF;
  RETURN epoch.follow_append(of_table);
END
$$;

-- Statement that gives rows which a statement has added ids, and notes that they are new. By place, it takes the columns as
-- they stand, whatever they are called by now; else those that are left, by their names.
CREATE OR REPLACE FUNCTION epoch.append_rows(of_table text, by_place boolean) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $$
  SELECT format(
    'WITH added AS (INSERT INTO epoch.%I (%s) SELECT %s FROM new_rows AS r%s RETURNING epoch_row) '
    'INSERT INTO epoch.%I (epoch_kind, epoch_row) SELECT 0, added.epoch_row FROM added',
    epoch.object_of('r', of_table), string_agg(format('%I', k.name), ', ' ORDER BY k.number),
    string_agg(format('r.%I', CASE WHEN by_place THEN 'epoch:' || k.number ELSE c.name END), ', ' ORDER BY k.number),
    CASE WHEN by_place THEN format(' (%s)', string_agg(format('"epoch:%s"', k.number), ', ' ORDER BY k.number)) END,
    epoch.object_of('w', of_table))
  FROM epoch.table_columns AS k
  JOIN epoch.live_columns(epoch.users_table(of_table)) AS c ON c.number = k.number
  WHERE k.table_id = of_table
$$;

-- Condition: a column that the capture was made for was dropped since (epoch.columns_went is the same for tables with keys).
CREATE OR REPLACE FUNCTION epoch.append_columns_went(of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    'num_nulls(VARIADIC ARRAY[%s]) > 0',
    string_agg(format('has_column_privilege(TG_RELID, %s::smallint, ''SELECT'')', k.number), ', ' ORDER BY k.number))
  FROM epoch.table_columns AS k WHERE k.table_id = of_table AND k.number IS NOT NULL
$$;

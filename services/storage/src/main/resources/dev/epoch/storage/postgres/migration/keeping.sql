-- Values that a change of a live table takes away are kept first, so that old commits go on answering: an image of each
-- row that has one is put into the working set, as if the row had been changed. The next commit moves it to the history.

-- Columns of captured tables that the live table has no more, or whose values a new type does not hold; all columns where
-- the table is gone.
CREATE OR REPLACE FUNCTION epoch.lost_columns()
RETURNS TABLE (table_id text, table_name text, named text, is_kept boolean, is_gone boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT t.table_id, t.name, k.name, k.kept, live.relation IS NULL
  FROM epoch.tables AS t
  CROSS JOIN LATERAL (SELECT epoch.users_table(t.table_id)) AS live (relation)
  JOIN epoch.table_columns AS k ON k.table_id = t.table_id AND k.number IS NOT NULL
  LEFT JOIN LATERAL epoch.live_columns(live.relation) AS c ON c.number = k.number
  WHERE NOT t.append_only
    AND (live.relation IS NULL OR live.relation = t.live_oid)
    AND (c.number IS NULL OR NOT epoch.keeps_values(k.type, c.type))
$$;

-- Puts images of rows into the working set; answers how many.
CREATE OR REPLACE FUNCTION epoch.image_rows(of_table text, lost text[], source text, condition text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  all_columns text;
  any_value text;
  imaged bigint;
BEGIN
  SELECT string_agg(format('%I', k.name), ', ' ORDER BY k.number),
    string_agg(format('l.%I IS DISTINCT FROM NULL', k.name), ' OR ') FILTER (WHERE k.name = ANY (lost))
  INTO all_columns, any_value
  FROM epoch.table_columns AS k
  WHERE k.table_id = of_table AND k.number IS NOT NULL;
  IF any_value IS NULL THEN
    RETURN 0;
  END IF;
  EXECUTE format(
    'INSERT INTO epoch.%I (epoch_kind, %s) SELECT 1, %2$s FROM %s AS l WHERE (%s) AND %s ON CONFLICT DO NOTHING',
    epoch.object_of('w', of_table), all_columns, source, any_value, condition);
  GET DIAGNOSTICS imaged = ROW_COUNT;
  RETURN imaged;
END
$$;

-- A part of the rows, beside writers: pages of a table without partitions, or of one of them.
CREATE OR REPLACE FUNCTION epoch.keep_pages(of_table text, lost text[], part regclass, first_page bigint, last_page bigint)
RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT epoch.image_rows(
    of_table, lost, 'ONLY ' || part,
    format('l.ctid >= ''(%s,0)'' AND l.ctid < ''(%s,0)''', first_page, last_page + 1))
$$;

-- All rows that have no image yet; writers wait until the end of the transaction. The live table still has the columns.
CREATE OR REPLACE FUNCTION epoch.keep_values(of_table text, lost text[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  live regclass := epoch.users_table(of_table);
  imaged bigint;
BEGIN
  IF (SELECT t.append_only FROM epoch.tables AS t WHERE t.table_id = of_table) THEN
    RETURN 0;
  END IF;
  EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', live);
  imaged := epoch.image_rows(of_table, lost, live::text, 'true');
  -- whoever has no image has no value
  UPDATE epoch.table_columns AS k SET kept = true, initial = NULL
  WHERE k.table_id = of_table AND k.number IS NOT NULL AND k.name = ANY (lost);
  RETURN imaged;
END
$$;

-- What is needed to make copies unasked: who reads, what it costs, and what is read no more.

-- Tables that clients read on branches while this is asked, where a copy would be read instead, or is: statements
-- that run and have a branch's view open, and the server's own queries that have its overlay or its copy open.
CREATE OR REPLACE FUNCTION epoch.branch_reads()
RETURNS TABLE (repository text, branch_id text, table_id text, copied boolean, filled boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH opened AS MATERIALIZED (
    SELECT DISTINCT n.nspname, c.relname, c.relkind,
      CASE WHEN c.relkind = 'r' THEN regexp_match(c.relname, '__[vm]_.*_([^_]+)_([^_]+)$') END AS ids
    FROM pg_locks AS l
    JOIN pg_stat_activity AS a ON a.pid = l.pid
    JOIN pg_class AS c ON c.oid = l.relation
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE l.locktype = 'relation' AND l.mode = 'AccessShareLock' AND l.granted AND l.pid <> pg_backend_pid()
      AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
      -- who may not see what others do counts all of them
      AND coalesce(a.state, 'active') = 'active'
      AND (c.relkind = 'v' OR c.relkind = 'r' AND n.nspname LIKE 'epoch\_%\_changed' OR n.nspname = 'epoch' AND a.application_name LIKE '% query')
  )
  SELECT b.repository, b.branch_id, t.table_id, place.copy_shown OR place.open_relation IS NOT NULL,
    place.has_copy OR place.open_automatic
  FROM opened AS o
  JOIN epoch.branches AS b ON o.nspname IN (b.changed_schema, b.base_schema) AND NOT b.dropped
  JOIN epoch.tables AS t ON t.repository = b.repository AND t.view_name = o.relname
  JOIN epoch.branch_tables AS place ON place.branch_id = b.branch_id AND place.table_id = t.table_id
  WHERE o.relkind = 'v' OR o.nspname <> 'epoch'
  UNION
  SELECT b.repository, b.branch_id, place.table_id, place.copy_shown OR place.open_relation IS NOT NULL,
    place.has_copy OR place.open_automatic
  FROM opened AS o
  JOIN epoch.branch_tables AS place ON place.table_id = o.ids[1] AND place.branch_id = o.ids[2]
  JOIN epoch.branches AS b ON b.branch_id = place.branch_id AND NOT b.dropped
$$;

-- Keeps in mind, to the hour, that a copy is read.
CREATE OR REPLACE FUNCTION epoch.note_copy_read(of_branch text, of_table text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  UPDATE epoch.branch_tables SET copy_seen_at = now()
  WHERE branch_id = of_branch AND table_id = of_table AND (has_copy OR open_automatic)
    AND copy_seen_at < now() - interval '1 hour'
$$;

-- Whether a copy may be made that nobody asked for: there is none, nobody makes or dropped one, and with it such
-- copies take no more than so many bytes.
CREATE OR REPLACE FUNCTION epoch.may_copy_automatically(of_branch text, of_table text, most bigint) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT NOT place.has_copy AND NOT place.copy_unwanted AND place.open_relation IS NULL AND NOT place.open_unwanted
    AND (place.copy_fill IS NULL OR place.copy_seen_at < now() - interval '1 hour')
    AND coalesce((
      SELECT sum(pg_total_relation_size(other.copy_relation::regclass))
      FROM epoch.branch_tables AS other
      WHERE other.copy_automatic AND other.has_copy
        AND EXISTS (SELECT FROM pg_class AS c WHERE c.oid = other.copy_relation)
    ), 0) + coalesce((
      SELECT sum(pg_total_relation_size(to_regclass(other.open_relation)))
      FROM epoch.branch_tables AS other WHERE other.open_automatic
    ), 0) + (
      SELECT sum(pg_total_relation_size(w)) FROM epoch.written_tables(epoch.live_table(of_table)) AS w
    ) <= most
  FROM epoch.branch_tables AS place
  WHERE place.branch_id = of_branch AND place.table_id = of_table
$$;

-- Drops a copy at somebody's wish: none is made unasked from then on.
CREATE OR REPLACE FUNCTION epoch.refuse_copy(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE epoch.branch_tables SET copy_unwanted = true WHERE branch_id = of_branch AND table_id = of_table;
  PERFORM epoch.drop_copy(of_branch, of_table);
END
$$;

-- Drops a copy, or closes a table, that nobody asked for and nobody was seen reading lately.
CREATE OR REPLACE FUNCTION epoch.drop_idle_copy(of_branch text, of_table text, idle interval) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM FROM epoch.branch_tables
  WHERE branch_id = of_branch AND table_id = of_table AND (copy_automatic OR open_automatic)
    AND copy_seen_at < now() - idle
  FOR UPDATE;
  IF FOUND THEN
    PERFORM epoch.drop_copy(of_branch, of_table);
    PERFORM epoch.close_branch_table(of_branch, of_table);
  END IF;
END
$$;

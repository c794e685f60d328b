-- Sizes and statistics of tables ($1 schemas, $2 names), one row each index, one for a table without.
-- Partitions count for the table that they are of.
WITH wanted AS (
  SELECT c.oid, w.schema, w.name
  FROM unnest($1::text[], $2::text[]) AS w (schema, name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
), parts AS (
  SELECT w.oid AS root, coalesce(p.relid::oid, w.oid) AS oid
  FROM wanted w
  LEFT JOIN LATERAL pg_catalog.pg_partition_tree(w.oid) p ON true
), sizes AS (
  SELECT
    p.root,
    sum(pg_catalog.pg_total_relation_size(p.oid))::bigint AS bytes,
    coalesce(sum(s.n_live_tup), 0)::bigint AS rows,
    coalesce(sum(s.n_dead_tup), 0)::bigint AS dead_rows
  FROM parts p
  LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid = p.oid
  GROUP BY p.root
)
SELECT
  w.schema,
  w.name,
  z.bytes,
  z.rows,
  z.dead_rows,
  i.relname::text AS index_name,
  x.indisvalid AS valid,
  pg_catalog.pg_relation_size(i.oid) AS index_bytes,
  coalesce(u.idx_scan, 0) > 0 AS used,
  {last_used} AS last_used
FROM wanted w
JOIN sizes z ON z.root = w.oid
LEFT JOIN pg_catalog.pg_index x ON x.indrelid = w.oid
LEFT JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
LEFT JOIN pg_catalog.pg_stat_all_indexes u ON u.indexrelid = i.oid
ORDER BY w.schema, w.name, i.relname

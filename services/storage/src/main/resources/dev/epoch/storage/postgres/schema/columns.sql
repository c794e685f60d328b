-- Columns of tables and views, and attributes of composite types. What a default calls stands in
-- its tree: it is the same for every row if every function of it is immutable.
SELECT
  a.attrelid::bigint AS relation,
  d.oid::bigint AS default_id,
  a.attnum::integer AS number,
  a.attname::text AS name,
  pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
  NOT a.attnotnull AS nullable,
  pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS expression,
  a.attgenerated::text AS generated,
  a.attidentity::text AS identity,
  CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation
    THEN co.collation END AS collation,
  d.adbin IS NOT NULL
    AND d.adbin::text !~ '\{(SQLVALUEFUNCTION|NEXTVALUEEXPR|COERCEVIAIO)'
    AND NOT EXISTS (
      SELECT
      FROM regexp_matches(d.adbin::text, ':(?:op)?funcid (\d+)', 'g') AS m (found)
      LEFT JOIN pg_catalog.pg_proc f ON f.oid = m.found[1]::oid
      WHERE f.provolatile IS DISTINCT FROM 'i'
    ) AS deterministic
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN LATERAL (
  SELECT CASE WHEN cn.nspname = 'pg_catalog' THEN '' ELSE quote_ident(cn.nspname) || '.' END
    || quote_ident(l.collname) AS collation
  FROM pg_catalog.pg_collation l
  JOIN pg_catalog.pg_namespace cn ON cn.oid = l.collnamespace
  WHERE l.oid = a.attcollation
) co ON true
WHERE n.nspname = ANY ($1::text[])
  {AND a.attrelid = ANY ($2::bigint[]::oid[])}
  AND c.relkind IN ('r', 'p', 'v', 'm', 'c')
  AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum

-- Tables, views and materialized views of some schemas ($1), but for those of extensions.
SELECT
  c.oid::bigint AS id,
  c.reltype::bigint AS row_type,
  n.nspname::text AS schema,
  c.relname::text AS name,
  c.relkind::text AS kind,
  pg_catalog.pg_get_userbyid(c.relowner)::text AS owner,
  c.relpersistence = 'u' AS unlogged,
  CASE WHEN c.relforcerowsecurity AND c.relrowsecurity THEN 'FORCED'
    WHEN c.relrowsecurity THEN 'ENABLED'
    ELSE 'NONE' END AS row_security,
  c.reloptions::text[] AS options,
  CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END AS partitioning,
  pn.nspname::text AS parent_schema,
  p.relname::text AS parent_name,
  CASE WHEN c.relispartition THEN pg_catalog.pg_get_expr(c.relpartbound, c.oid) END AS bound,
  CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END AS query
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_inherits i ON c.relispartition AND i.inhrelid = c.oid
LEFT JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
WHERE n.nspname = ANY ($1::text[])
  AND c.relkind IN ('r', 'p', 'v', 'm')
  AND c.relpersistence <> 't'
  AND NOT EXISTS (
    SELECT
    FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
  )
ORDER BY c.oid

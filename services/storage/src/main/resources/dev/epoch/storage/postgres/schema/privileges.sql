-- What roles other than the owner may do; where nobody granted or revoked anything, what PostgreSQL
-- gives to everybody (functions and types).
WITH schemas AS (
  SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY ($1::text[])
), lists AS (
  SELECT 1259 AS catalog, c.oid AS id, NULL::text AS column_name, c.relowner AS owner, c.relacl AS acl
  FROM pg_catalog.pg_class c
  WHERE c.relnamespace IN (SELECT oid FROM schemas)
    AND c.relacl IS NOT NULL
  UNION ALL
  SELECT 1259, c.oid, a.attname::text, c.relowner, a.attacl
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace IN (SELECT oid FROM schemas)
    AND a.attacl IS NOT NULL
    AND NOT a.attisdropped
  UNION ALL
  SELECT 1255, p.oid, NULL, p.proowner,
    coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))
  FROM pg_catalog.pg_proc p
  WHERE p.pronamespace IN (SELECT oid FROM schemas)
  UNION ALL
  SELECT 1247, t.oid, NULL, t.typowner,
    coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner))
  FROM pg_catalog.pg_type t
  WHERE t.typnamespace IN (SELECT oid FROM schemas)
    AND t.typtype IN ('e', 'd', 'r', 'c')
)
SELECT
  l.catalog::bigint AS catalog,
  l.id::bigint AS id,
  l.column_name,
  CASE WHEN x.grantee = 0 THEN 'PUBLIC'
    ELSE pg_catalog.pg_get_userbyid(x.grantee)::text END AS role,
  x.privilege_type AS privilege,
  x.is_grantable AS grantable
FROM lists l
CROSS JOIN LATERAL pg_catalog.aclexplode(l.acl) x
WHERE x.grantee <> l.owner

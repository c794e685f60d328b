-- Constraints of tables and domains, but for those that a partition has from its parent. NOT NULL,
-- a constraint from PostgreSQL 18 on, is a fact of the column.
SELECT
  c.oid::bigint AS id,
  c.conrelid::bigint AS relation,
  c.contypid::bigint AS domain,
  c.conname::text AS name,
  c.contype::text AS kind,
  pg_catalog.pg_get_constraintdef(c.oid) AS definition,
  ARRAY (
    SELECT a.attname::text
    FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number
    ORDER BY k.place
  ) AS columns,
  rn.nspname::text AS references_schema,
  r.relname::text AS references_table,
  ARRAY (
    SELECT a.attname::text
    FROM unnest(c.confkey) WITH ORDINALITY AS k (number, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number
    ORDER BY k.place
  ) AS references_columns,
  c.confdeltype::text AS on_delete,
  c.confupdtype::text AS on_update,
  c.confmatchtype::text AS match,
  c.condeferrable AS deferrable,
  c.condeferred AS initially_deferred,
  c.convalidated AS validated
FROM pg_catalog.pg_constraint c
JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
LEFT JOIN pg_catalog.pg_class r ON r.oid = c.confrelid
LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
WHERE n.nspname = ANY ($1::text[])
  {AND (c.conrelid = ANY ($2::bigint[]::oid[]) OR c.conrelid = 0)}
  AND c.contype IN ('p', 'u', 'f', 'c', 'x')
  AND c.conparentid = 0
  AND (c.conislocal OR c.contypid <> 0)
ORDER BY c.conname

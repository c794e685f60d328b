-- What the columns, constraints and indexes of each relation of some schemas ($1) are read from: a text for each, which is
-- another one when a row of the catalogs is. Columns that foreign keys lead to are among them: definitions name them.
WITH relations AS MATERIALIZED (
  SELECT c.oid
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY ($1::text[])
    AND c.relkind IN ('r', 'p', 'v', 'm', 'c')
), parts AS (
  SELECT a.attrelid AS relation, hashint8extended(a.xmin::text::bigint, a.attnum) AS version
  FROM relations r
  JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0
  UNION ALL
  SELECT d.adrelid, hashint8extended(d.xmin::text::bigint, d.oid::bigint)
  FROM relations r
  JOIN pg_catalog.pg_attrdef d ON d.adrelid = r.oid
  UNION ALL
  SELECT c.conrelid, hashint8extended(c.xmin::text::bigint, c.oid::bigint)
  FROM relations r
  JOIN pg_catalog.pg_constraint c ON c.conrelid = r.oid
  UNION ALL
  SELECT c.conrelid, hashint8extended(a.xmin::text::bigint, c.oid::bigint + a.attnum)
  FROM relations r
  JOIN pg_catalog.pg_constraint c ON c.conrelid = r.oid AND c.contype = 'f'
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = ANY (c.confkey)
  UNION ALL
  SELECT i.indrelid, hashint8extended(i.xmin::text::bigint, x.xmin::text::bigint + (i.indexrelid::bigint << 32))
  FROM relations r
  JOIN pg_catalog.pg_index i ON i.indrelid = r.oid
  JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
)
SELECT p.relation::bigint AS relation, concat(count(*), ' ', sum(p.version)) AS version
FROM parts p
GROUP BY p.relation

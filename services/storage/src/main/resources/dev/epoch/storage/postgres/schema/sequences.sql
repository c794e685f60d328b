-- Sequences, and whose they are: those of identity columns are a part of the column.
SELECT
  c.oid::bigint AS id,
  n.nspname::text AS schema,
  c.relname::text AS name,
  pg_catalog.pg_get_userbyid(c.relowner)::text AS owner,
  pg_catalog.format_type(s.seqtypid, NULL) AS type,
  s.seqstart AS start,
  s.seqincrement AS increment,
  s.seqmin AS minimum,
  s.seqmax AS maximum,
  s.seqcache AS cache,
  s.seqcycle AS cycle,
  d.deptype::text AS ownership,
  d.refobjid::bigint AS owner_relation,
  d.refobjsubid AS owner_number,
  o_n.nspname::text AS owner_schema,
  o.relname::text AS owner_table,
  a.attname::text AS owner_column
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid
LEFT JOIN pg_catalog.pg_depend d
  ON d.classid = 'pg_catalog.pg_class'::regclass
  AND d.objid = c.oid
  AND d.refclassid = 'pg_catalog.pg_class'::regclass
  AND d.deptype IN ('a', 'i')
LEFT JOIN pg_catalog.pg_class o ON o.oid = d.refobjid
LEFT JOIN pg_catalog.pg_namespace o_n ON o_n.oid = o.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE n.nspname = ANY ($1::text[])
  AND c.relkind = 'S'
  AND c.relpersistence <> 't'
  AND NOT EXISTS (
    SELECT
    FROM pg_catalog.pg_depend e
    WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'
  )
ORDER BY c.oid

-- Enums, domains, composite types (their attributes are columns) and ranges.
SELECT
  t.oid::bigint AS id,
  t.typarray::bigint AS array_type,
  t.typrelid::bigint AS relation,
  coalesce(r.rngmultitypid, 0)::bigint AS multirange,
  n.nspname::text AS schema,
  t.typname::text AS name,
  t.typtype::text AS kind,
  pg_catalog.pg_get_userbyid(t.typowner)::text AS owner,
  ARRAY (
    SELECT e.enumlabel::text
    FROM pg_catalog.pg_enum e
    WHERE e.enumtypid = t.oid
    ORDER BY e.enumsortorder
  ) AS labels,
  CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END AS base_type,
  NOT t.typnotnull AS nullable,
  coalesce(pg_catalog.pg_get_expr(t.typdefaultbin, 0), t.typdefault) AS default_expression,
  CASE WHEN t.typtype = 'd' AND t.typcollation <> 0 AND t.typcollation <> b.typcollation
    THEN CASE WHEN ln.nspname = 'pg_catalog' THEN '' ELSE quote_ident(ln.nspname) || '.' END
      || quote_ident(l.collname) END AS collation,
  CASE WHEN t.typtype = 'r' THEN
    'SUBTYPE = ' || pg_catalog.format_type(r.rngsubtype, NULL)
      || CASE WHEN o.opcdefault THEN '' ELSE ', SUBTYPE_OPCLASS = '
        || quote_ident(n_o.nspname) || '.' || quote_ident(o.opcname) END
      || CASE WHEN r.rngcollation = 0 OR r.rngcollation = s.typcollation THEN ''
        ELSE ', COLLATION = ' || quote_ident(n_r.nspname) || '.' || quote_ident(l_r.collname) END
      || CASE WHEN r.rngcanonical::oid = 0 THEN ''
        ELSE ', CANONICAL = ' || r.rngcanonical::regproc::text END
      || CASE WHEN r.rngsubdiff::oid = 0 THEN ''
        ELSE ', SUBTYPE_DIFF = ' || r.rngsubdiff::regproc::text END
      || ', MULTIRANGE_TYPE_NAME = ' || pg_catalog.format_type(r.rngmultitypid, NULL)
    END AS definition
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_catalog.pg_collation l ON l.oid = t.typcollation
LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace
LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid
LEFT JOIN pg_catalog.pg_type s ON s.oid = r.rngsubtype
LEFT JOIN pg_catalog.pg_opclass o ON o.oid = r.rngsubopc
LEFT JOIN pg_catalog.pg_namespace n_o ON n_o.oid = o.opcnamespace
LEFT JOIN pg_catalog.pg_collation l_r ON l_r.oid = r.rngcollation
LEFT JOIN pg_catalog.pg_namespace n_r ON n_r.oid = l_r.collnamespace
WHERE n.nspname = ANY ($1::text[])
  AND (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c')
  AND NOT EXISTS (
    SELECT
    FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
  )
ORDER BY t.oid

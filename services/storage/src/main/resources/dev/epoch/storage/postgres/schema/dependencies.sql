-- Who needs what among the objects of some schemas ($1), and what belongs to an extension. What parts need of the object that
-- they are a part of is left out, as far as it can be told. Rules carry the dependencies of their views.
WITH schemas AS MATERIALIZED (
  SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY ($1::text[])
), needs AS (
  -- what an index behind a constraint needs is needed by the constraint
  SELECT CASE WHEN k.oid IS NULL THEN d.classid ELSE 'pg_catalog.pg_constraint'::regclass END AS classid,
    coalesce(k.oid, d.objid) AS objid, d.refclassid, d.refobjid, d.deptype
  FROM schemas s
  JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
  LEFT JOIN pg_catalog.pg_constraint k ON c.relkind IN ('i', 'I') AND k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')
  -- an index needs functions, operators and collations beside its table
  WHERE d.deptype = 'n' OR d.deptype = 'a' AND c.relkind NOT IN ('i', 'I')
  UNION ALL
  SELECT d.classid, d.objid, d.refclassid, d.refobjid, d.deptype
  FROM schemas s
  JOIN pg_catalog.pg_constraint c ON c.connamespace = s.oid
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_constraint'::regclass AND d.objid = c.oid
  WHERE d.deptype = 'n'
  UNION ALL
  SELECT d.classid, d.objid, d.refclassid, d.refobjid, d.deptype
  FROM schemas s
  JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid
  JOIN pg_catalog.pg_attrdef a ON a.adrelid = c.oid
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = a.oid
  WHERE d.deptype = 'n'
  UNION ALL
  SELECT d.classid, d.objid, d.refclassid, d.refobjid, d.deptype
  FROM schemas s
  JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid
  JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
  JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
  JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace AND n.nspname <> 'epoch'
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_trigger'::regclass AND d.objid = t.oid
  WHERE d.refobjid <> c.oid
  UNION ALL
  SELECT d.classid, d.objid, d.refclassid, d.refobjid, d.deptype
  FROM schemas s
  JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid
  JOIN pg_catalog.pg_policy p ON p.polrelid = c.oid
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_policy'::regclass AND d.objid = p.oid
  WHERE d.refobjid <> c.oid
  UNION ALL
  SELECT 'pg_catalog.pg_class'::regclass, r.ev_class, d.refclassid, d.refobjid, d.deptype
  FROM schemas s
  JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid
  JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
  WHERE d.refobjid <> c.oid
  UNION ALL
  SELECT d.classid, d.objid, d.refclassid, d.refobjid, d.deptype
  FROM schemas s
  JOIN pg_catalog.pg_type t ON t.typnamespace = s.oid
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid
  WHERE d.deptype <> 'i'
  UNION ALL
  SELECT d.classid, d.objid, d.refclassid, d.refobjid, d.deptype
  FROM schemas s
  JOIN pg_catalog.pg_proc p ON p.pronamespace = s.oid
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid
  WHERE d.deptype <> 'i'
  UNION ALL
  SELECT d.classid, d.objid, d.refclassid, d.refobjid, d.deptype
  FROM pg_catalog.pg_extension e
  JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid
  WHERE d.deptype = 'e'
)
SELECT DISTINCT
  d.classid::bigint AS catalog,
  d.objid::bigint AS id,
  d.refclassid::bigint AS needed_catalog,
  d.refobjid::bigint AS needed_id,
  d.deptype::text AS kind
FROM needs d
WHERE d.objid >= 16384
  AND d.refobjid >= 16384
  AND d.refclassid <> 'pg_catalog.pg_namespace'::regclass

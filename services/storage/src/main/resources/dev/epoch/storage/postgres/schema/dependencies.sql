-- Who needs what among the objects that users made. Rules carry the dependencies of their views.
SELECT
  CASE WHEN r.oid IS NULL THEN d.classid ELSE 1259 END::bigint AS catalog,
  coalesce(r.ev_class, d.objid)::bigint AS id,
  d.refclassid::bigint AS needed_catalog,
  d.refobjid::bigint AS needed_id,
  d.deptype::text AS kind
FROM pg_catalog.pg_depend d
LEFT JOIN pg_catalog.pg_rewrite r
  ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objid
WHERE d.objid >= 16384
  AND d.refobjid >= 16384
  AND d.refclassid <> 'pg_catalog.pg_namespace'::regclass

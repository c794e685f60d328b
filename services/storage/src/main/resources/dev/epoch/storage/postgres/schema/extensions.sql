-- Extensions but for the language that every database has.
SELECT
  e.oid::bigint AS id,
  e.extname::text AS name,
  e.extversion::text AS version,
  n.nspname::text AS installed_in
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname <> 'plpgsql'

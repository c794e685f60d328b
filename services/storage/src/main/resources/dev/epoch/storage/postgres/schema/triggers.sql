-- Triggers but for PostgreSQL's own, Epoch's, and those that a partition has from its parent.
SELECT
  t.oid::bigint AS id,
  t.tgrelid::bigint AS relation,
  t.tgname::text AS name,
  pg_catalog.pg_get_triggerdef(t.oid) AS definition,
  t.tgenabled::text AS enabled
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
WHERE n.nspname = ANY ($1::text[])
  AND NOT t.tgisinternal
  AND t.tgparentid = 0
  AND fn.nspname <> 'epoch'
ORDER BY t.tgname

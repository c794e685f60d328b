-- What definitions may name beside their own relation: types, the rows of tables among them, sequences, functions, operators,
-- and the schemas of all. A text, which is another one when one of them is; what Epoch makes for itself is left out.
WITH schemas AS MATERIALIZED (
  SELECT n.oid, n.xmin FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^(pg_|epoch$|epoch_)'
)
SELECT concat_ws(' ',
  (SELECT sum(hashint8extended(s.xmin::text::bigint, s.oid::bigint)) FROM schemas s),
  (
    SELECT sum(hashint8extended(t.xmin::text::bigint, t.oid::bigint))
    FROM schemas s
    JOIN pg_catalog.pg_type t ON t.typnamespace = s.oid
    WHERE t.oid >= 16384
  ),
  (
    SELECT sum(hashint8extended(p.xmin::text::bigint, p.oid::bigint))
    FROM schemas s
    JOIN pg_catalog.pg_proc p ON p.pronamespace = s.oid
    WHERE p.oid >= 16384
  ),
  (
    SELECT sum(hashint8extended(c.xmin::text::bigint, c.oid::bigint))
    FROM pg_catalog.pg_sequence q
    JOIN pg_catalog.pg_class c ON c.oid = q.seqrelid
  ),
  (SELECT sum(hashint8extended(l.xmin::text::bigint, l.oid::bigint)) FROM pg_catalog.pg_collation l WHERE l.oid >= 16384),
  (SELECT sum(hashint8extended(o.xmin::text::bigint, o.oid::bigint)) FROM pg_catalog.pg_operator o WHERE o.oid >= 16384),
  (SELECT sum(hashint8extended(o.xmin::text::bigint, o.oid::bigint)) FROM pg_catalog.pg_opclass o WHERE o.oid >= 16384)
) AS names

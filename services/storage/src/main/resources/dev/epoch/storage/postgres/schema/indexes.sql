-- Valid indexes that neither a constraint nor the index of a partitioned parent owns; one row each
-- part of the key and each column carried along.
SELECT
  i.indexrelid::bigint AS id,
  i.indrelid::bigint AS relation,
  c.relname::text AS name,
  am.amname::text AS method,
  i.indisunique AS is_unique,
  c.reloptions::text[] AS options,
  pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate,
  k.place > i.indnkeyatts AS included,
  CASE WHEN k.place > i.indnkeyatts THEN a.attname::text
    ELSE pg_catalog.pg_get_indexdef(i.indexrelid, k.place, false) END AS expression,
  CASE WHEN k.place <= i.indnkeyatts AND (NOT o.opcdefault OR ia.attoptions IS NOT NULL)
    THEN CASE WHEN n_o.nspname = 'pg_catalog' THEN '' ELSE quote_ident(n_o.nspname) || '.' END
      || quote_ident(o.opcname)
      || coalesce(
        (
          SELECT ' (' || string_agg(
            quote_ident(split_part(x, '=', 1)) || '='
              || quote_literal(substr(x, strpos(x, '=') + 1)), ', ') || ')'
          FROM unnest(ia.attoptions) x
        ), '')
    END AS operator_class,
  CASE WHEN k.place <= i.indnkeyatts
      AND i.indcollation[k.place - 1] <> coalesce(
        a.attcollation, CASE WHEN i.indcollation[k.place - 1] = 0 THEN 0 ELSE 100 END)
    THEN CASE WHEN n_l.nspname = 'pg_catalog' THEN '' ELSE quote_ident(n_l.nspname) || '.' END
      || quote_ident(l.collname)
    END AS collation,
  CASE WHEN NOT pg_catalog.pg_indexam_has_property(am.oid, 'can_order') THEN NULL
    WHEN i.indoption[k.place - 1] & 1 = 1 THEN 'DESC' ELSE 'ASC' END AS sort_order,
  CASE WHEN NOT pg_catalog.pg_indexam_has_property(am.oid, 'can_order') THEN NULL
    WHEN i.indoption[k.place - 1] & 2 = 2 THEN 'FIRST' ELSE 'LAST' END AS nulls,
  {nulls_not_distinct} AS nulls_not_distinct
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_class r ON r.oid = i.indrelid AND r.relkind IN ('r', 'p', 'm')
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_am am ON am.oid = c.relam
CROSS JOIN LATERAL generate_series(1, i.indnatts::integer) AS k (place)
JOIN pg_catalog.pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = k.place
LEFT JOIN pg_catalog.pg_attribute a
  ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.place - 1] AND a.attnum <> 0
LEFT JOIN pg_catalog.pg_opclass o
  ON k.place <= i.indnkeyatts AND o.oid = i.indclass[k.place - 1]
LEFT JOIN pg_catalog.pg_namespace n_o ON n_o.oid = o.opcnamespace
LEFT JOIN pg_catalog.pg_collation l
  ON k.place <= i.indnkeyatts AND l.oid = i.indcollation[k.place - 1]
LEFT JOIN pg_catalog.pg_namespace n_l ON n_l.oid = l.collnamespace
WHERE n.nspname = ANY ($1::text[])
  {AND i.indrelid = ANY ($2::bigint[]::oid[])}
  AND i.indisvalid
  AND NOT c.relispartition
  AND NOT EXISTS (
    SELECT
    FROM pg_catalog.pg_constraint o
    WHERE o.conindid = i.indexrelid AND o.conrelid = i.indrelid AND o.contype IN ('p', 'u', 'x')
  )
ORDER BY c.relname, i.indexrelid, k.place

-- Functions, procedures and aggregates, but for those that come with an extension or a range type.
SELECT
  p.oid::bigint AS id,
  n.nspname::text AS schema,
  p.proname::text || '(' || coalesce(
    (
      SELECT string_agg(pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.place)
      FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, place)
    ), '') || ')' AS name,
  p.prokind::text AS kind,
  pg_catalog.pg_get_userbyid(p.proowner)::text AS owner,
  CASE WHEN p.prokind <> 'a' THEN pg_catalog.pg_get_functiondef(p.oid) END AS definition,
  quote_ident(n.nspname) || '.' || quote_ident(p.proname)
    || '(' || pg_catalog.pg_get_function_arguments(p.oid) || ')' AS signature,
  pg_catalog.pg_get_function_result(p.oid) AS returns,
  CASE WHEN p.prokind = 'a' THEN concat_ws(E',\n  ',
    'SFUNC = ' || g.aggtransfn::regproc::text,
    'STYPE = ' || pg_catalog.format_type(g.aggtranstype, NULL),
    CASE WHEN g.aggtransspace <> 0 THEN 'SSPACE = ' || g.aggtransspace END,
    CASE WHEN g.aggfinalfn::oid <> 0 THEN 'FINALFUNC = ' || g.aggfinalfn::regproc::text END,
    CASE WHEN g.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
    CASE WHEN g.aggcombinefn::oid <> 0 THEN 'COMBINEFUNC = ' || g.aggcombinefn::regproc::text END,
    CASE WHEN g.aggserialfn::oid <> 0 THEN 'SERIALFUNC = ' || g.aggserialfn::regproc::text END,
    CASE WHEN g.aggdeserialfn::oid <> 0
      THEN 'DESERIALFUNC = ' || g.aggdeserialfn::regproc::text END,
    'INITCOND = ' || quote_literal(g.agginitval),
    CASE WHEN g.aggmtransfn::oid <> 0 THEN 'MSFUNC = ' || g.aggmtransfn::regproc::text END,
    CASE WHEN g.aggminvtransfn::oid <> 0
      THEN 'MINVFUNC = ' || g.aggminvtransfn::regproc::text END,
    CASE WHEN g.aggmtranstype <> 0
      THEN 'MSTYPE = ' || pg_catalog.format_type(g.aggmtranstype, NULL) END,
    CASE WHEN g.aggmfinalfn::oid <> 0 THEN 'MFINALFUNC = ' || g.aggmfinalfn::regproc::text END,
    'MINITCOND = ' || quote_literal(g.aggminitval),
    CASE WHEN g.aggsortop <> 0 THEN 'SORTOP = ' || g.aggsortop::regoper::text END,
    CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED' END
  ) END AS parts
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN pg_catalog.pg_aggregate g ON g.aggfnoid = p.oid
WHERE n.nspname = ANY ($1::text[])
  AND NOT EXISTS (
    SELECT
    FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_proc'::regclass
      AND d.objid = p.oid
      AND d.deptype IN ('e', 'i')
  )
ORDER BY p.oid

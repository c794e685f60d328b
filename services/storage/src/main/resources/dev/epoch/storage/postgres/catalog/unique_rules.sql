-- Unique rules of tables, which hold on a branch for the rows of overlay and base together.

-- The operator under which an index holds two values to be the same.
CREATE OR REPLACE FUNCTION epoch.index_operator(operator_class oid, exclusion_operator oid) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
  FROM pg_operator AS o
  JOIN pg_namespace AS n ON n.oid = o.oprnamespace
  WHERE o.oid = coalesce(
    exclusion_operator,
    (
      SELECT a.amopopr
      FROM pg_opclass AS c
      JOIN pg_amop AS a ON a.amopfamily = c.opcfamily AND a.amopstrategy = 3
        AND a.amoplefttype = c.opcintype AND a.amoprighttype = c.opcintype
      WHERE c.oid = operator_class
    )
  )
$$;

-- Unique and exclusion constraints of a table but that of the key. Expressions and predicates of indexes are to be
-- evaluated where the table's columns have their names; computed gives u1, u2, ..., matches compares those
-- of ours and theirs, and what is not comparable, for a null in it, matches nothing.
CREATE OR REPLACE FUNCTION epoch.unique_rules(of_table text)
RETURNS TABLE (
  index_name text, error_code text, computed text, predicate text, matches text, comparable text,
  index_columns text
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT c.relname, CASE WHEN x.oid IS NULL THEN '23505' ELSE '23P01' END,
    string_agg(format('%s AS u%s', pg_get_indexdef(i.indexrelid, k, true), k), ', ' ORDER BY k),
    coalesce(pg_get_expr(i.indpred, i.indrelid), 'true'),
    string_agg(
      format(
        '(theirs.u%1$s %2$s ours.u%1$s%3$s)', k,
        epoch.index_operator((i.indclass::oid[])[k - 1], x.conexclop[k]),
        CASE
          WHEN (to_jsonb(i) ->> 'indnullsnotdistinct')::boolean
          THEN format(' OR theirs.u%1$s IS NULL AND ours.u%1$s IS NULL', k)
        END),
      ' AND ' ORDER BY k),
    coalesce(
      string_agg(format('u%s IS NOT NULL', k), ' AND ' ORDER BY k)
        FILTER (WHERE (to_jsonb(i) ->> 'indnullsnotdistinct')::boolean IS NOT TRUE),
      'true'
    ),
    string_agg(pg_get_indexdef(i.indexrelid, k, true), ', ' ORDER BY k)
  FROM pg_index AS i
  JOIN pg_class AS c ON c.oid = i.indexrelid
  LEFT JOIN pg_constraint AS x ON x.conrelid = i.indrelid AND x.conindid = i.indexrelid AND x.contype = 'x'
  CROSS JOIN LATERAL generate_series(1, i.indnkeyatts) AS k
  WHERE i.indrelid = epoch.live_table(of_table) AND i.indisvalid AND NOT i.indisprimary
    AND (i.indisunique OR x.oid IS NOT NULL)
  GROUP BY c.relname, x.oid, i.indexrelid, i.indpred, i.indrelid
$$;

-- Lets images be found by the values of unique rules: a branch looks whether a row that it writes breaks one
-- together with a row that it sees by its image. Rules that an index cannot help with are left out.
CREATE OR REPLACE FUNCTION epoch.index_rules(of_table text, images text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  rule record;
BEGIN
  FOR rule IN SELECT * FROM epoch.unique_rules(of_table) AS r WHERE r.error_code = '23505' LOOP
    BEGIN
      EXECUTE format(
        'CREATE INDEX ON epoch.%I (%s) WHERE epoch_kind = 1', images, rule.index_columns);
    EXCEPTION WHEN OTHERS THEN
      RAISE DEBUG 'No index on % for rule %: %', images, rule.index_name, SQLERRM;
    END;
  END LOOP;
END
$$;

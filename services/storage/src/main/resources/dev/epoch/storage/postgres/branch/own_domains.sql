-- Domains that sessions make on a branch. They stand in the branch's first schema, as enums do (own_types.sql), and go with it.
-- Layers have values of domains in the type behind them, wherever the domain is; the log has what defines one of a branch.

-- Whether a type is a domain of a branch's own, which is made of what all branches find. Layers have its base.
CREATE OR REPLACE FUNCTION epoch.is_own_domain(of_type oid) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT
    FROM pg_type AS y
    JOIN pg_namespace AS n ON n.oid = y.typnamespace
    JOIN pg_type AS b ON b.oid = y.typbasetype
    WHERE y.oid = of_type AND y.typtype = 'd' AND epoch.branch_of_schema(n.nspname) IS NOT NULL
      AND strpos(array_to_string(epoch.domain_rules(y.oid), ' '), quote_ident(n.nspname) || '.') = 0
      AND NOT EXISTS (
        SELECT
        FROM pg_type AS part
        JOIN pg_namespace AS m ON m.oid = part.typnamespace
        WHERE part.oid IN (b.oid, b.typelem) AND epoch.is_for_branches(m.nspname)
      )
  )
$$;

-- What a domain is beside its base, as CREATE DOMAIN takes it.
CREATE OR REPLACE FUNCTION epoch.domain_rules(of_type oid) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
  SELECT ARRAY(
    SELECT r.rule
    FROM (
      SELECT 1, '', format('COLLATE %I.%I', m.nspname, l.collname)
      FROM pg_type AS b, pg_collation AS l, pg_namespace AS m
      WHERE b.oid = y.typbasetype AND b.typcollation <> y.typcollation AND l.oid = y.typcollation AND m.oid = l.collnamespace
      UNION ALL
      SELECT 2, '', 'DEFAULT ' || coalesce(pg_get_expr(y.typdefaultbin, 0), quote_literal(y.typdefault))
      WHERE y.typdefault IS NOT NULL
      UNION ALL
      SELECT 3, '', CASE WHEN y.typnotnull THEN 'NOT NULL' ELSE 'NULL' END
      UNION ALL
      SELECT 4, c.conname::text COLLATE "C",
        format('CONSTRAINT %I %s', c.conname, regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', ''))
      FROM pg_constraint AS c WHERE c.contypid = y.oid AND c.contype = 'c'
    ) AS r (place, name, rule)
    ORDER BY r.place, r.name)
  FROM pg_type AS y WHERE y.oid = of_type AND y.typtype = 'd'
$$;

-- Whether a type, a domain perhaps, takes a value.
CREATE OR REPLACE FUNCTION epoch.keeps_domain(value text, domain text) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format('SELECT $1::%s', domain) USING value;
  RETURN true;
EXCEPTION WHEN check_violation OR not_null_violation THEN
  RETURN false;
END
$$;

-- The same of domains that a branch has made: their bases and rules.
CREATE OR REPLACE FUNCTION epoch.defined_domains(of_branch text, of_table text)
RETURNS TABLE (home text, base text, rules text[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT DISTINCT ON (c #>> '{type,name}') c #>> '{type,name}', c #>> '{type,element,name}',
    ARRAY(SELECT jsonb_array_elements_text(c #> '{type,rules}'))
  FROM epoch.branch_tables AS p
  CROSS JOIN LATERAL jsonb_array_elements(p.definition -> 'columns') AS c
  WHERE p.branch_id = of_branch AND p.table_id = of_table AND c #>> '{type,kind}' = 'DOMAIN' AND c #> '{type,rules}' IS NOT NULL
  ORDER BY c #>> '{type,name}'
$$;

-- The domain that a branch's relations have for one of its head: its own, or the live one, if that is the same; else null.
CREATE OR REPLACE FUNCTION epoch.domain_on(of_branch text, home text, rules text[]) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT found.name
  FROM (VALUES (1, epoch.own_enum_name(of_branch, home)), (2, home)) AS found (place, name)
  WHERE epoch.domain_rules(to_regtype(found.name)) = rules
  ORDER BY found.place
  LIMIT 1
$$;

-- Gives a domain other rules; fails if rows of an open table do not keep them.
CREATE OR REPLACE FUNCTION epoch.change_domain(domain regtype, rules text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  statement text;
BEGIN
  FOR statement IN
    SELECT format('DROP CONSTRAINT %I', c.conname) FROM pg_constraint AS c WHERE c.contypid = domain AND c.contype = 'c'
    UNION ALL VALUES ('DROP DEFAULT'), ('DROP NOT NULL')
    UNION ALL
    SELECT CASE WHEN r LIKE 'CONSTRAINT %' THEN 'ADD ' ELSE 'SET ' END || r FROM unnest(rules) AS r
    WHERE r ~ '^(CONSTRAINT |DEFAULT |NOT NULL$)'
  LOOP
    EXECUTE format('ALTER DOMAIN %s %s', domain, statement);
  END LOOP;
END
$$;

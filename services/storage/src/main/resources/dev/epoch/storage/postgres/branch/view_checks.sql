-- What is checked of rows that are written through the views of branches.

-- Names of columns as PostgreSQL's messages have them, out of a list in which all are quoted.
CREATE OR REPLACE FUNCTION epoch.told_columns(quoted text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT regexp_replace(quoted, '"([a-z_][a-z0-9_$]*)"', '\1', 'g')
$$;

-- Statements that fail when the row NEW breaks a unique rule together with rows that the branch sees.
CREATE OR REPLACE FUNCTION epoch.unique_checks(of_branch text, of_table text, in_view text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(string_agg(
    format(
      $sql$
        IF EXISTS (
          SELECT FROM (SELECT %1$s FROM (SELECT %2$s) AS mine WHERE %3$s) AS ours
          JOIN (SELECT %1$s FROM %4$s AS row_seen WHERE (%3$s) AND NOT (%5$s)) AS theirs ON %6$s
        ) THEN
          SELECT %12$s INTO epoch_broken
          FROM (SELECT %1$s FROM (SELECT %2$s) AS mine WHERE %3$s) AS ours
          JOIN (SELECT %1$s FROM %4$s AS row_seen WHERE (%3$s) AND NOT (%5$s)) AS theirs ON %6$s
          LIMIT 1;
          RAISE EXCEPTION '%10$s "%%"', %7$L
            USING ERRCODE = %11$L, CONSTRAINT = %7$L, TABLE = %8$L, SCHEMA = %9$L, DETAIL = epoch_broken, HINT = %13$L;
        END IF;
      $sql$,
      r.computed, (
        SELECT string_agg(format('NEW.%I AS %1$I', c), ', ')
        FROM unnest(epoch.shown_columns(of_branch, of_table, epoch.visible_columns(epoch.live_table(of_table)))) AS c
      ),
      r.predicate, in_view, epoch.key_match(of_table, 'row_seen', 'new'), r.matches, r.index_name,
      t.table_name, t.schema_name,
      CASE r.error_code
        WHEN '23505' THEN 'duplicate key value violates unique constraint'
        ELSE 'conflicting key value violates exclusion constraint'
      END,
      r.error_code,
      format(
        CASE r.error_code
          WHEN '23505' THEN 'format(''Key (%%s)=(%%s) already exists.'', %1$L, %2$s)'
          ELSE 'format(''Key (%%1$s)=(%%2$s) conflicts with existing key (%%1$s)=(%%3$s).'', %1$L, %2$s, %3$s)'
        END,
        epoch.told_columns(r.index_columns), r.told_values, replace(r.told_values, 'ours.u', 'theirs.u')),
      epoch.upsert_hint(of_table)),
    '' ORDER BY r.index_name), '')
  FROM (
    SELECT u.*, (
      SELECT format('array_to_string(ARRAY[%s], '', '', ''null'')', string_agg(format('ours.u%s::text', k), ', ' ORDER BY k))
      FROM (SELECT m[1]::integer AS k FROM regexp_matches(u.computed, ' AS u(\d+)', 'g') AS m) AS numbered
    ) AS told_values
    FROM epoch.unique_rules(of_table) AS u
    WHERE epoch.keeps_rule(of_branch, of_table, u.index_name)
    -- a column that the branch does not have has one value for all its rows
    AND NOT EXISTS (
      SELECT FROM unnest(epoch.hidden_columns(of_branch, of_table)) AS h
      WHERE strpos(u.computed || u.predicate, '"' || replace(h, '"', '""') || '"') > 0
    )
  ) AS r
  JOIN epoch.tables AS t ON t.table_id = of_table
$$;

-- Statement that sets epoch_broken to the name of the first expression which is false of the row NEW, or to null.
-- Expressions have columns without a prefix. With the columns as variables they cost next to nothing; that cannot be
-- where a column is called like a variable that is needed meanwhile.
CREATE OR REPLACE FUNCTION epoch.check_statement(
  live regclass, expressions text[], names text[], used smallint[]
) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    CASE
      WHEN bool_or(a.attname IN ('new', 'old', 'epoch_broken'))
      THEN 'SELECT %1$s INTO epoch_broken FROM (SELECT %3$s) AS mine;'
      ELSE 'DECLARE %2$s BEGIN epoch_broken := %1$s; END;'
    END,
    (
      SELECT format('CASE %s END', string_agg(format('WHEN (%s) IS FALSE THEN %L', e.expression, e.name), ' ' ORDER BY e.name))
      FROM unnest(expressions, names) AS e (expression, name)
    ),
    string_agg(format('%I %s := NEW.%1$I;', a.attname, format_type(a.atttypid, a.atttypmod)), ' '),
    string_agg(format('NEW.%I AS %1$I', a.attname), ', '))
  FROM pg_attribute AS a
  WHERE a.attrelid = live AND a.attnum = ANY (used)
$$;

-- Statements that fail when the row NEW breaks a NOT NULL or CHECK of the table, as the table itself would: the
-- overlay's own constraints name the overlay. What computed columns have a part in is left to these.
CREATE OR REPLACE FUNCTION epoch.row_checks(of_branch text, of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH given AS (
    SELECT a.attname, a.attnum, coalesce(NOT (d.definition ->> 'nullable')::boolean, a.attnotnull) AS attnotnull
    FROM pg_attribute AS a
    LEFT JOIN epoch.defined_columns(of_branch, of_table) AS d ON d.layer = a.attname
    WHERE a.attrelid = epoch.users_table(of_table) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      AND a.attname <> ALL (epoch.hidden_columns(of_branch, of_table))
  ), checks AS (
    SELECT c.conname, c.conkey, pg_get_expr(c.conbin, c.conrelid) AS expression
    FROM pg_constraint AS c
    WHERE c.conrelid = epoch.users_table(of_table) AND c.contype = 'c'
      AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
      AND NOT epoch.has_definition(of_branch, of_table)
      AND c.conkey <@ (SELECT array_agg(g.attnum) FROM given AS g)
  ), told AS (
    SELECT format(
      'array_to_string(ARRAY[%s], '', '', ''null'')',
      string_agg(format('left(NEW.%I::text, 64)', g.attname), ', ' ORDER BY g.attnum)) AS row_values
    FROM given AS g
  )
  SELECT concat(
    (
      SELECT format(
        $sql$
          IF %1$s THEN
            epoch_broken := CASE %2$s END;
            RAISE EXCEPTION 'null value in column "%%" of relation "%%" violates not-null constraint', epoch_broken, %3$L
              USING ERRCODE = 'not_null_violation', COLUMN = epoch_broken, TABLE = %3$L, SCHEMA = %4$L,
                DETAIL = 'Failing row contains (' || %5$s || ').';
          END IF;
        $sql$,
        string_agg(format('NEW.%I IS NOT DISTINCT FROM NULL', g.attname), ' OR ' ORDER BY g.attnum),
        string_agg(format('WHEN NEW.%I IS NOT DISTINCT FROM NULL THEN %1$L', g.attname), ' ' ORDER BY g.attnum),
        t.table_name, t.schema_name, told.row_values)
      FROM given AS g
      WHERE g.attnotnull
      HAVING count(*) > 0
    ),
    epoch.defined_checks(of_branch, of_table),
    (
      SELECT format(
        $sql$
          %1$s
          IF epoch_broken IS NOT NULL THEN
            RAISE EXCEPTION 'new row for relation "%%" violates check constraint "%%"', %2$L, epoch_broken
              USING ERRCODE = 'check_violation', CONSTRAINT = epoch_broken, TABLE = %2$L, SCHEMA = %3$L,
                DETAIL = 'Failing row contains (' || %4$s || ').';
          END IF;
        $sql$,
        epoch.check_statement(
          live, array_agg(c.expression ORDER BY c.conname), array_agg(c.conname::text ORDER BY c.conname),
          (SELECT array_agg(DISTINCT k) FROM checks AS d CROSS JOIN unnest(d.conkey) AS k)),
        t.table_name, t.schema_name, told.row_values)
      FROM checks AS c
      HAVING count(*) > 0
    )
  )
  FROM epoch.tables AS t
  CROSS JOIN told
  CROSS JOIN epoch.users_table(of_table) AS live
  WHERE t.table_id = of_table
$$;

-- Statements that fail when the row NEW breaks a CHECK that the branch's head has, where it is not as the live table; and
-- where it has computed columns, which nothing computes behind views.
CREATE OR REPLACE FUNCTION epoch.defined_checks(of_branch text, of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN EXISTS (
      SELECT FROM epoch.defined_columns(of_branch, of_table) AS d
      WHERE NOT d.is_live AND d.definition ->> 'generatedExpression' IS NOT NULL
    ) THEN format(
      $sql$
        RAISE EXCEPTION 'Table %% has a computed column on the branch, and is closed', %L
          USING ERRCODE = 'feature_not_supported', HINT = %L;
      $sql$, replace(epoch.view_name(of_table), '%', '%%'),
      format('Open it: SELECT epoch.open_table(%L)', epoch.view_name(of_table)))
    ELSE (
      SELECT format(
        $sql$
          DECLARE %s BEGIN epoch_broken := CASE %s END; END;
          IF epoch_broken IS NOT NULL THEN
            RAISE EXCEPTION 'new row for relation "%%" violates check constraint "%%"', %L, epoch_broken
              USING ERRCODE = 'check_violation', CONSTRAINT = epoch_broken, TABLE = %3$L;
          END IF;
        $sql$,
        (SELECT string_agg(format('%I %s := NEW.%I;', d.name, coalesce(e.shown_type, d.type), d.layer), ' ' ORDER BY d.place)
         FROM epoch.defined_columns(of_branch, of_table) AS d
         LEFT JOIN epoch.enum_columns(of_branch, of_table) AS e ON e.layer = d.layer),
        string_agg(
          format(
            'WHEN %s IS FALSE THEN %L',
            epoch.enums_as_placed(of_branch, of_table, substring(c ->> 'definition' FROM '^CHECK (\(.*\))')), c ->> 'name'),
          ' ' ORDER BY c ->> 'name'),
        epoch.view_name(of_table))
      FROM epoch.branch_tables AS p
      CROSS JOIN LATERAL jsonb_array_elements(p.definition -> 'constraints') AS c
      WHERE p.branch_id = of_branch AND p.table_id = of_table AND c ->> 'kind' = 'CHECK'
      HAVING count(*) > 0
    )
  END
$$;

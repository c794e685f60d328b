-- Parts of the statements with which the server writes many records of a branch at once; see OverlayRecordWriter.

-- Columns of a table that layers have no default for, and how, on a branch, they get their next value.
CREATE OR REPLACE FUNCTION epoch.identity_columns(of_branch text, of_table text)
RETURNS TABLE (column_name text, next_value text)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT a.attname,
    format(
      'nextval(%L)',
      epoch.sequence_on(of_branch, pg_get_serial_sequence(a.attrelid::regclass::text, a.attname)::regclass)::oid)
  FROM pg_attribute AS a
  WHERE a.attrelid = epoch.users_table(of_table) AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity <> ''
  UNION ALL
  -- columns that the branch has added: layers have no defaults of theirs but constants
  SELECT d.layer,
    CASE
      WHEN i.feeds IS NOT NULL THEN format('nextval(%L)', i.feeds)
      WHEN n.hidden IS NOT NULL THEN format('nextval(%L)', n.hidden)
      ELSE d.definition ->> 'defaultExpression'
    END
  FROM epoch.defined_columns(of_branch, of_table) AS d
  LEFT JOIN epoch.own_identities(of_branch, of_table) AS i ON i.layer = d.layer
  LEFT JOIN LATERAL (
    SELECT format('%I.%I', epoch.hidden_schema(of_table), (parse_ident(m[1]))[2]) AS hidden
    FROM regexp_match(d.definition ->> 'defaultExpression', '^nextval\(''(.*)''::regclass\)$') AS m
    WHERE m IS NOT NULL
  ) AS n ON to_regclass(n.hidden) IS NOT NULL
  -- those with a constant have it in the layers
  WHERE (i.feeds IS NOT NULL OR d.definition ->> 'defaultExpression' IS NOT NULL AND d.initial IS NULL)
    AND d.definition ->> 'generatedExpression' IS NULL
    AND NOT EXISTS (
      SELECT FROM pg_attribute AS a
      WHERE a.attrelid = epoch.users_table(of_table) AND a.attname = d.layer AND a.attnum > 0 AND NOT a.attisdropped
    )
$$;

-- For each unique rule of a table a query that has rows if rows of the overlay break it together with rows of the
-- base that the branch sees; among themselves the overlay's own index forbids it. Only the overlay's rows with a key in the relation "given" are looked at: the query
-- continues a WITH that defines it.
CREATE OR REPLACE FUNCTION epoch.broken_rules(of_branch text, of_table text)
RETURNS TABLE (index_name text, query text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT r.index_name, format(
    $sql$
, ours AS MATERIALIZED (
        SELECT *
        FROM (
          SELECT %1$s, %2$s
          FROM (
            SELECT target.* FROM epoch.%3$I AS target WHERE EXISTS (SELECT FROM given WHERE %4$s)
          ) AS row_written
          WHERE %5$s
        ) AS written
        WHERE %9$s
      )
      SELECT
      FROM ours
      CROSS JOIN LATERAL (
        SELECT
        FROM (SELECT %1$s, %2$s FROM (%6$s) AS row_seen WHERE %5$s) AS theirs
        WHERE %7$s AND NOT (%8$s)
        OFFSET 0
      ) AS other
      LIMIT 1
    $sql$,
    r.computed,
    (SELECT string_agg(format('%I AS k%s', k.name, k.place), ', ') FROM unnest(t.key_columns) WITH ORDINALITY AS k (name, place)),
    epoch.object_of('v', of_table, of_branch), epoch.key_match(of_table, 'target', 'given'), r.predicate,
    epoch.base_select(of_branch, of_table, epoch.overlay_keys(of_branch, of_table)), r.matches,
    (
      SELECT string_agg(format('theirs.k%s %s ours.k%1$s', k.place, epoch.equality(a.atttypid)), ' AND ')
      FROM unnest(t.key_columns) WITH ORDINALITY AS k (name, place)
      JOIN pg_attribute AS a ON a.attrelid = epoch.live_table(of_table) AND a.attname = k.name
    ),
    r.comparable)
  FROM epoch.tables AS t
  CROSS JOIN epoch.unique_rules(of_table) AS r
  WHERE t.table_id = of_table
$$;

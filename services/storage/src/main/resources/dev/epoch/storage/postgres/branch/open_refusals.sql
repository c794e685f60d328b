-- Reasons for which tables cannot be open.

-- Why a table cannot be open on branches; null if it can.
CREATE OR REPLACE FUNCTION epoch.why_not_open(of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN t.append_only THEN 'it is append-only: ids of its rows are kept beside it'
    WHEN c.relkind <> 'r' OR c.relispartition THEN 'it is partitioned'
    WHEN EXISTS (SELECT FROM pg_inherits AS i WHERE c.oid IN (i.inhparent, i.inhrelid)) THEN 'it inherits rows or columns'
    WHEN EXISTS (SELECT FROM pg_rewrite AS w WHERE w.ev_class = c.oid) THEN 'it has rules'
    WHEN c.relrowsecurity AND NOT epoch.can_give_to(c.relowner)
      THEN 'it has row security policies and an owner that Epoch''s role is no member of'
    WHEN EXISTS (
      SELECT FROM pg_policy AS p
      JOIN pg_depend AS d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
      WHERE p.polrelid = c.oid
    ) THEN 'its row security policies read other tables'
  END
  FROM epoch.tables AS t
  JOIN pg_class AS c ON c.oid = epoch.users_table(t.table_id)
  WHERE t.table_id = of_table
$$;

-- Whether triggers of the live table's users may be about columns that it got, and the branch did not.
CREATE OR REPLACE FUNCTION epoch.has_foreign_triggers(of_branch text, of_table text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT FROM epoch.branch_tables AS p
    JOIN epoch.table_columns AS k ON k.table_id = p.table_id AND k.number IS NOT NULL
    WHERE p.branch_id = of_branch AND p.table_id = of_table AND k.column_id <> ALL (p.shown || p.dropped_columns)
  ) AND EXISTS (
    SELECT FROM pg_trigger AS g
    JOIN pg_proc AS f ON f.oid = g.tgfoid
    WHERE g.tgrelid = epoch.users_table(of_table) AND NOT g.tgisinternal AND f.pronamespace <> 'epoch'::regnamespace
  )
$$;

-- Whether columns of the live table, which it has, have got other types since the branch's head.
CREATE OR REPLACE FUNCTION epoch.has_other_types(of_branch text, of_table text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT p.retyped AND EXISTS (
    SELECT FROM epoch.table_columns AS was
    JOIN epoch.table_columns AS is_now ON is_now.table_id = was.table_id AND is_now.column_id = was.column_id
    WHERE was.table_id = of_table AND was.number IS NULL AND is_now.number IS NOT NULL
  ) OR EXISTS (
    SELECT FROM jsonb_array_elements(p.definition -> 'columns') AS c
    JOIN epoch.table_columns AS was ON was.table_id = of_table AND was.column_id = c ->> 'id' AND was.number IS NULL
      AND was.type IN (c #>> '{type,name}', c #>> '{type,element,name}')
    JOIN epoch.table_columns AS is_now ON is_now.table_id = of_table AND is_now.column_id = was.column_id
      AND is_now.number IS NOT NULL AND is_now.type <> was.type
  )
  FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch AND p.table_id = of_table
$$;

-- Why a table cannot be open on a branch whose columns are not those of the live table; null if it can.
CREATE OR REPLACE FUNCTION epoch.why_not_open_on(of_branch text, of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN epoch.is_commit(of_branch) THEN 'it is read at a commit'
    WHEN epoch.hidden_columns(of_branch, of_table) <> '{}' AND NOT epoch.has_definition(of_branch, of_table)
    THEN 'the live table has columns that the branch does not have: merge the branch that has them'
    WHEN epoch.has_foreign_triggers(of_branch, of_table)
    THEN 'the live table has columns that the branch does not have, and triggers, which may need them: merge the branch that has them'
    WHEN epoch.has_other_types(of_branch, of_table)
    THEN 'columns of the live table have other types than on the branch: merge the branch that has them'
  END
$$;

-- What layered tables, which are views, say at statements that only tables can do.

-- A view that SELECT ... FOR UPDATE and its like cannot be used with: PostgreSQL lets such a clause through views, where it finds
-- nothing to lock behind UNION ALL, and says nothing; it refuses it on the optional side of an outer join. That join is one that
-- the planner takes out again. No table: LOCK TABLE of a view would lock it for all.
CREATE MATERIALIZED VIEW IF NOT EXISTS epoch.no_row_locks AS SELECT 1 AS one;
CREATE UNIQUE INDEX IF NOT EXISTS no_row_locks_one ON epoch.no_row_locks (one);

-- What a layered table says beside that a row is there already: ON CONFLICT sees no unique index of a view.
CREATE OR REPLACE FUNCTION epoch.upsert_hint(of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('ON CONFLICT takes a real table on a branch: SELECT epoch.open_table(%L) makes one of this.', t.view_name)
  FROM epoch.tables AS t WHERE t.table_id = of_table
$$;

-- Runs at the beginning of statements that alter tables, as whoever makes them: PostgreSQL would say that a view cannot be
-- altered like that, and nothing of what can be done.
CREATE OR REPLACE FUNCTION epoch.refuse_layered() RETURNS event_trigger
LANGUAGE plpgsql
AS $$
DECLARE
  altered pg_catalog.text;
BEGIN
  IF pg_catalog.strpos(pg_catalog.current_setting('search_path'), 'epoch_') OPERATOR(pg_catalog.=) 0
    OR pg_catalog.current_setting('epoch.branch', true) OPERATOR(pg_catalog.=) 'live'
  THEN
    RETURN;
  END IF;
  altered := epoch.table_named_in(pg_catalog.current_query(), TG_TAG);
  IF altered IS NOT NULL THEN
    PERFORM epoch.refuse_layered_change(pg_catalog.to_regclass(altered));
  END IF;
END
$$;

-- The table that a statement with a tag is about, as it is written there. Null where the text has none, or several.
CREATE OR REPLACE FUNCTION epoch.table_named_in(statement text, tag text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH wanted (beginning) AS (
    SELECT CASE
      WHEN tag LIKE '% TABLE' THEN replace(tag, ' ', '\s+') || '\M'
      WHEN tag = 'COMMENT' THEN 'COMMENT\s+ON\s+TABLE\M'
      ELSE 'CREATE\s+(OR\s+REPLACE\s+)?(UNIQUE\s+)?(CONSTRAINT\s+)?' || split_part(tag, ' ', 2) || '\M'
    END
  ), found (rest) AS (
    SELECT regexp_replace(statement, '^.*?\m' || w.beginning, '', 'i')
    FROM wanted AS w
    WHERE (SELECT count(*) FROM regexp_matches(statement, '\m' || w.beginning, 'gi')) = 1
  )
  SELECT substring(
    CASE
      WHEN tag LIKE '% TABLE' OR tag = 'COMMENT' THEN f.rest
      ELSE split_part(regexp_replace(f.rest, CASE tag WHEN 'CREATE RULE' THEN '\mTO\M' ELSE '\mON\M' END, chr(1), 'i'), chr(1), 2)
    END
    FROM '^\s*(?:(?:IF\s+EXISTS|ONLY|if\s+exists|only)\s+)*((?:(?:"(?:[^"]|"")+"|[[:alpha:]_][\w$]*)\.)?(?:"(?:[^"]|"")+"|[[:alpha:]_][\w$]*))')
  FROM found AS f
$$;

-- Fails for a view that stands for a table of a branch.
CREATE OR REPLACE FUNCTION epoch.refuse_layered_change(relation oid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  layered text;
BEGIN
  SELECT c.relname INTO layered
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN epoch.branches AS b ON n.nspname IN (b.changed_schema, b.base_schema)
  JOIN epoch.tables AS t ON t.repository = b.repository AND t.view_name = c.relname
  WHERE c.oid = relation AND c.relkind = 'v';
  IF FOUND THEN
    RAISE EXCEPTION 'Table "%" is layered on this branch, as a view: it can be neither altered nor dropped', layered
      USING ERRCODE = 'EP003', HINT = format('SELECT epoch.open_table(%L) makes a real table of it.', layered);
  END IF;
END
$$;

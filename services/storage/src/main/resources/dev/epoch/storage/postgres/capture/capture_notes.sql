-- Whether the capture was on all the time. ALTER TABLE ... DISABLE TRIGGER gives the trigger's row in the catalog another
-- version, and ENABLE TRIGGER another one again: who compares versions notices both, also afterwards, without any right.

CREATE TABLE IF NOT EXISTS epoch.captures (
  relation oid PRIMARY KEY,
  table_id text COLLATE "C" NOT NULL REFERENCES epoch.tables ON DELETE CASCADE,
  branch_id text COLLATE "C" NOT NULL,
  function oid NOT NULL,
  triggers text NOT NULL,
  since xid8 NOT NULL
);

CREATE INDEX IF NOT EXISTS captures_by_table ON epoch.captures (table_id, branch_id);

COMMENT ON TABLE epoch.captures IS 'Triggers that capture a relation, as Epoch made them';
COMMENT ON COLUMN epoch.captures.branch_id IS 'Of an open table; empty for live tables, their partitions, and users'' tables of append-only ones';
COMMENT ON COLUMN epoch.captures.function IS 'Another one has its name where the database was restored from a dump, and the triggers with it';
COMMENT ON COLUMN epoch.captures.triggers IS 'Ids and versions of their rows in pg_trigger';
COMMENT ON COLUMN epoch.captures.since IS 'Transactions from this one on were captured';

-- Ids and versions of the triggers that capture a relation.
CREATE OR REPLACE FUNCTION epoch.capture_versions(captured oid) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(string_agg(concat(g.oid, '.', g.xmin), ' ' ORDER BY g.oid), '')
  FROM pg_trigger AS g
  WHERE g.tgrelid = captured AND g.tgname LIKE 'epoch\_capture\_%' AND NOT g.tgisinternal
$$;

-- What has been noted of a table's relations, where it is about the functions that are there now.
CREATE OR REPLACE FUNCTION epoch.noted_captures(of_table text, of_branch text) RETURNS SETOF epoch.captures
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT n.*
  FROM epoch.captures AS n
  JOIN pg_proc AS f ON f.oid = n.function AND f.pronamespace = 'epoch'::regnamespace AND f.prorettype = 'trigger'::regtype
  WHERE n.table_id = of_table AND n.branch_id = of_branch
$$;

-- Why changes of one relation may not have been captured; null if all were, or it was never looked at.
CREATE OR REPLACE FUNCTION epoch.capture_problem_at(captured oid) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = n.relation) THEN NULL
    WHEN EXISTS (
      SELECT FROM pg_trigger AS g
      WHERE g.tgrelid = n.relation AND g.tgname LIKE 'epoch\_capture\_%' AND g.tgenabled NOT IN ('O', 'A')
    ) THEN format('the triggers that capture changes of %s are switched off', n.relation::regclass)
    WHEN n.triggers <> epoch.capture_versions(n.relation)
      THEN format('the triggers that capture changes of %s were switched off for a time', n.relation::regclass)
  END
  FROM epoch.captures AS n
  JOIN LATERAL epoch.noted_captures(n.table_id, n.branch_id) AS valid ON valid.relation = n.relation
  WHERE n.relation = captured
$$;

-- Why changes of a live table, or of a branch's open table, may not have been captured; null if all were.
CREATE OR REPLACE FUNCTION epoch.capture_problem(of_table text, of_branch text DEFAULT '') RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(
    (
      SELECT min(epoch.capture_problem_at(n.relation))
      FROM epoch.noted_captures(of_table, of_branch) AS n
    ),
    (
      SELECT format('%s was made anew, beside the capture', t.live)
      FROM (SELECT epoch.users_table(of_table)) AS t (live)
      WHERE of_branch = '' AND t.live IS NOT NULL
        AND EXISTS (SELECT FROM epoch.noted_captures(of_table, ''))
        AND NOT EXISTS (SELECT FROM epoch.noted_captures(of_table, '') AS n WHERE n.relation = t.live)
    ),
    (
      SELECT format('logical replication writes %s, which fires no triggers of statements', t.live)
      FROM (SELECT epoch.users_table(of_table)) AS t (live)
      JOIN pg_subscription_rel AS s ON s.srrelid = t.live
      WHERE of_branch = ''
      LIMIT 1
    ))
$$;

-- Lets the triggers fire in sessions with session_replication_role = replica, too, where the role may; and notes that all is
-- captured from now on, unless something may have passed before.
CREATE OR REPLACE FUNCTION epoch.note_capture(of_table text, of_branch text, captured regclass, is_whole boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  switches text;
BEGIN
  SELECT string_agg(format('ENABLE ALWAYS TRIGGER %I', g.tgname), ', ') INTO switches
  FROM pg_trigger AS g
  JOIN pg_class AS c ON c.oid = g.tgrelid AND pg_has_role(c.relowner, 'USAGE')
  WHERE g.tgrelid = captured AND g.tgname LIKE 'epoch\_capture\_%' AND g.tgenabled <> 'A';
  IF switches IS NOT NULL THEN
    EXECUTE format('ALTER TABLE %s %s', captured, switches);
  END IF;
  DELETE FROM epoch.captures AS n
  WHERE n.table_id = of_table AND n.branch_id = of_branch AND n.relation <> captured
    AND (of_branch <> '' OR NOT EXISTS (SELECT FROM epoch.noted_captures(of_table, of_branch) AS v WHERE v.relation = n.relation));
  IF is_whole THEN
    -- every transaction that wrote the relation has ended: its lock is held
    INSERT INTO epoch.captures (relation, table_id, branch_id, function, triggers, since)
    SELECT captured, of_table, of_branch, g.tgfoid, epoch.capture_versions(captured), pg_snapshot_xmax(pg_current_snapshot())
    FROM pg_trigger AS g WHERE g.tgrelid = captured AND g.tgname = 'epoch_capture_insert'
    ON CONFLICT (relation) DO UPDATE
    SET table_id = excluded.table_id, branch_id = excluded.branch_id, function = excluded.function, triggers = excluded.triggers,
      since = CASE WHEN captures.function = excluded.function THEN captures.since ELSE excluded.since END;
  END IF;
END
$$;

-- The same for a live table that nobody has noted, as after a dump was restored.
CREATE OR REPLACE FUNCTION epoch.look_at_capture(of_table text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  captured regclass;
BEGIN
  IF NOT EXISTS (SELECT FROM epoch.noted_captures(of_table, '')) THEN
    FOR captured IN
      SELECT w FROM epoch.written_tables(epoch.users_table(of_table)) AS w
      WHERE EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = w AND g.tgname = 'epoch_capture_insert')
    LOOP
      PERFORM epoch.note_capture(of_table, '', captured, true);
    END LOOP;
  END IF;
  RETURN epoch.capture_problem(of_table);
END
$$;

-- Goes on capturing where a statement has just switched that off; runs in the statement's transaction, at its end, where
-- Epoch's role may have an event trigger. Nothing can have passed.
CREATE OR REPLACE FUNCTION epoch.keep_capturing(altered oid) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  noted epoch.captures;
  is_off boolean;
BEGIN
  IF current_setting('epoch.switching', true) IN ('whole', 'broken') THEN
    -- Epoch itself, which writes what is committed
    RETURN;
  END IF;
  FOR noted IN
    SELECT n.* FROM epoch.captures AS n
    WHERE n.relation IN (SELECT altered UNION SELECT p.relid FROM pg_partition_tree(altered) AS p)
      AND EXISTS (
        SELECT FROM pg_trigger AS g
        WHERE g.tgrelid = n.relation AND g.tgname LIKE 'epoch\_capture\_%' AND g.tgenabled <> 'A'
      )
    ORDER BY n.relation
  LOOP
    is_off := EXISTS (
      SELECT FROM pg_trigger AS g
      WHERE g.tgrelid = noted.relation AND g.tgname LIKE 'epoch\_capture\_%' AND g.tgenabled NOT IN ('O', 'A'));
    PERFORM epoch.note_capture(noted.table_id, noted.branch_id, noted.relation::regclass, true);
    IF is_off THEN
      RAISE WARNING 'Epoch goes on capturing changes of %: its triggers stay on', noted.relation::regclass
        USING HINT = 'epoch table remove ends the capture.';
    END IF;
  END LOOP;
END
$$;

-- All tables of a repository, or all of the database, whose changes may not have been captured.
CREATE OR REPLACE FUNCTION epoch.uncaptured(of_repository text)
RETURNS TABLE (table_id text, table_name text, branch_id text, branch_name text, problem text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT t.table_id, t.name, b.branch_id, b.name, epoch.capture_problem(t.table_id, place.branch_id)
  FROM epoch.tables AS t
  CROSS JOIN LATERAL (
    SELECT ''
    UNION ALL
    SELECT p.branch_id FROM epoch.branch_tables AS p WHERE p.table_id = t.table_id AND p.open_relation IS NOT NULL
  ) AS place (branch_id)
  LEFT JOIN epoch.branches AS b ON CASE
    WHEN place.branch_id = '' THEN b.repository = t.repository AND b.is_default AND NOT b.dropped
    ELSE b.branch_id = place.branch_id
  END
  WHERE t.repository = of_repository AND epoch.capture_problem(t.table_id, place.branch_id) IS NOT NULL
$$;

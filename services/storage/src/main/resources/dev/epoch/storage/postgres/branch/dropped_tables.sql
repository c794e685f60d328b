-- Tables that sessions have dropped on a branch. What the branch's commits say of such a table stays in the layers; sessions
-- on the branch do not see it. docs/adr/0068 says why.
--
--   dropped       the open table is gone; nobody has looked yet
--   absent        noted by the next one who looks (epoch.follow_drop): an uncommitted change of the branch
--   absent_at       position of the operation that took it: the branch's head does not have the table

ALTER TABLE epoch.branch_tables
  ADD COLUMN IF NOT EXISTS absent boolean NOT NULL DEFAULT false,
  ADD COLUMN IF NOT EXISTS absent_at bigint;

COMMENT ON COLUMN epoch.branch_tables.absent IS 'Sessions on the branch do not see the table: it was dropped there';
COMMENT ON COLUMN epoch.branch_tables.absent_at IS 'Position of the operation that committed that; null: not committed';

-- Whether the relation in the place of an open table is not the one that Epoch has made, nor one from a dump of it.
CREATE OR REPLACE FUNCTION epoch.is_made_anew(of_branch text, of_table text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(bool_or(
    c.oid <> p.open_id AND NOT EXISTS (
      SELECT FROM pg_trigger AS g
      JOIN pg_proc AS f ON f.oid = g.tgfoid
      WHERE g.tgrelid = c.oid AND f.pronamespace = 'epoch'::regnamespace
    )), false)
  FROM epoch.branch_tables AS p
  JOIN pg_class AS c ON c.oid = to_regclass(p.open_relation)
  WHERE p.branch_id = of_branch AND p.table_id = of_table
$$;

-- Takes note that a session has dropped an open table of a branch. Answers why that cannot be kept, null if it can; nothing
-- happens where the table is there. One that is gone with the branch's schema was not dropped, but lost.
CREATE OR REPLACE FUNCTION epoch.follow_drop(of_branch text, of_table text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  place epoch.branch_tables;
  of_schema oid;
  renamed name;
BEGIN
  SELECT * INTO place FROM epoch.branch_tables AS p
  WHERE p.branch_id = of_branch AND p.table_id = of_table FOR UPDATE;
  SELECT n.oid INTO of_schema
  FROM epoch.branches AS b JOIN pg_namespace AS n ON n.nspname = b.changed_schema
  WHERE b.branch_id = of_branch;
  IF place.open_relation IS NULL OR of_schema IS NULL
    OR to_regclass(place.open_relation) IS NOT NULL AND NOT epoch.is_made_anew(of_branch, of_table)
  THEN
    RETURN NULL;
  END IF;
  SELECT c.relname INTO renamed FROM pg_class AS c
  WHERE c.oid = place.open_id AND c.relnamespace = of_schema;
  IF FOUND THEN
    RETURN format(
      'it was renamed to %I. Rename it back: ALTER TABLE %1$I RENAME TO %I', renamed, epoch.view_name(of_table));
  END IF;
  -- foreign keys that went with it went by the session's CASCADE
  EXECUTE format('DROP TABLE IF EXISTS epoch.%I', epoch.object_of('o', of_table, of_branch));
  EXECUTE format('DROP FUNCTION IF EXISTS epoch.%I', epoch.object_of('oc', of_table, of_branch));
  DELETE FROM epoch.open_columns AS o WHERE o.branch_id = of_branch AND o.table_id = of_table;
  UPDATE epoch.branch_tables AS p
  SET absent = true, absent_at = NULL, open_relation = NULL, open_id = NULL, open_policies = NULL, open_automatic = false,
    open_rows = NULL, open_made = NULL
  WHERE p.branch_id = of_branch AND p.table_id = of_table;
  RETURN NULL;
END
$$;

-- Takes note of all that sessions have dropped on a branch.
CREATE OR REPLACE FUNCTION epoch.follow_drops(of_branch text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT epoch.follow_drop(p.branch_id, p.table_id)
  FROM epoch.branch_tables AS p
  WHERE p.branch_id = of_branch AND p.open_relation IS NOT NULL
    AND (to_regclass(p.open_relation) IS NULL OR epoch.is_made_anew(p.branch_id, p.table_id))
    AND NOT current_setting('transaction_read_only')::boolean
$$;

-- Gives a branch back what its sessions have dropped, as the head has it: all that is not committed, or a table that an
-- operation brings.
CREATE OR REPLACE FUNCTION epoch.undo_drop(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE epoch.branch_tables AS p SET absent = false, absent_at = NULL
  WHERE p.branch_id = of_branch AND p.table_id = of_table AND p.absent;
  IF FOUND THEN
    IF EXISTS (
      SELECT FROM epoch.branches AS b
      JOIN pg_namespace AS n ON n.nspname = b.changed_schema
      JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = epoch.view_name(of_table) AND c.relkind <> 'v'
      WHERE b.branch_id = of_branch
    ) THEN
      RAISE EXCEPTION 'The branch has another table % by now', epoch.view_name(of_table) USING ERRCODE = 'EP003',
        HINT = 'Drop it, or give it another name.';
    END IF;
    PERFORM epoch.rebuild_views(of_branch, of_table);
  END IF;
END
$$;

-- Takes a table from a branch, for an operation: its head does not have it.
CREATE OR REPLACE FUNCTION epoch.drop_on_branch(of_branch text, of_table text, at_position bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM epoch.drop_open_table(of_branch, of_table);
  UPDATE epoch.branch_tables AS p SET absent = true, absent_at = at_position
  WHERE p.branch_id = of_branch AND p.table_id = of_table;
  PERFORM epoch.rebuild_views(of_branch, of_table);
END
$$;

-- The live table that a merge drops goes, with its rows, into a schema where no application looks for it: all layers stand on
-- it, so branches and commits that have it go on as before. Its foreign keys would bind others, and go.
ALTER TABLE epoch.tables
  ADD COLUMN IF NOT EXISTS hidden_at bigint,
  ADD COLUMN IF NOT EXISTS hidden_references jsonb;

COMMENT ON COLUMN epoch.tables.hidden_at IS 'Position of the merge that took the live table from its place';
COMMENT ON COLUMN epoch.tables.hidden_references IS 'Foreign keys that it had there: definitions by name';

-- What else refers to a live table, as PostgreSQL calls it.
CREATE OR REPLACE FUNCTION epoch.dependents(live regclass) RETURNS SETOF text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT DISTINCT CASE
    WHEN r.oid IS NOT NULL THEN pg_describe_object('pg_class'::regclass, r.ev_class, 0)
    ELSE pg_describe_object(d.classid, d.objid, 0)
  END
  FROM pg_depend AS d
  LEFT JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
  LEFT JOIN pg_constraint AS k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
  LEFT JOIN pg_policy AS p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
  LEFT JOIN pg_class AS c ON c.oid = coalesce(r.ev_class, k.conrelid, p.polrelid)
  LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE d.deptype IN ('n', 'a')
    AND (
      d.refclassid = 'pg_class'::regclass AND d.refobjid = live
      OR d.refclassid = 'pg_type'::regclass AND d.refobjid = (SELECT t.reltype FROM pg_class AS t WHERE t.oid = live)
    )
    AND d.classid IN (
      'pg_rewrite'::regclass, 'pg_constraint'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass, 'pg_class'::regclass)
    AND c.oid IS DISTINCT FROM live
    AND (d.classid <> 'pg_class'::regclass OR d.deptype = 'n' AND d.objid NOT IN (
      SELECT i.indexrelid FROM pg_index AS i WHERE i.indrelid = live
    ))
    AND (n.oid IS NULL OR n.nspname <> 'epoch' AND NOT epoch.is_for_branches(n.nspname))
    AND (d.classid <> 'pg_proc'::regclass OR NOT EXISTS (
      SELECT FROM pg_proc AS f WHERE f.oid = d.objid AND f.pronamespace = 'epoch'::regnamespace
    ))
  ORDER BY 1
$$;

CREATE OR REPLACE FUNCTION epoch.hide_table(of_table text, at_position bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
  live pg_class;
  reason text;
  reference record;
BEGIN
  SELECT * INTO t FROM epoch.tables WHERE table_id = of_table AND home_schema IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT * INTO STRICT live FROM pg_class WHERE oid = epoch.users_table(of_table);
  reason := CASE
    WHEN t.append_only THEN 'it is append-only'
    WHEN live.relkind <> 'r' OR live.relispartition THEN 'it is partitioned'
    WHEN EXISTS (SELECT FROM pg_inherits AS i WHERE live.oid IN (i.inhparent, i.inhrelid)) THEN 'it inherits rows or columns'
    ELSE (SELECT string_agg(d, ', ') || ' depends on it' FROM epoch.dependents(live.oid::regclass) AS d)
  END;
  IF reason IS NOT NULL THEN
    RAISE EXCEPTION '%', reason USING ERRCODE = 'dependent_objects_still_exist';
  END IF;
  UPDATE epoch.tables SET hidden_at = at_position, hidden_references = (
    SELECT jsonb_object_agg(c.conname, pg_get_constraintdef(c.oid))
    FROM pg_constraint AS c WHERE c.conrelid = live.oid AND c.contype = 'f'
  )
  WHERE table_id = of_table;
  FOR reference IN SELECT c.conname FROM pg_constraint AS c WHERE c.conrelid = live.oid AND c.contype = 'f' LOOP
    EXECUTE format('ALTER TABLE %I.%I DROP CONSTRAINT %I', t.schema_name, t.table_name, reference.conname);
  END LOOP;
  PERFORM epoch.drop_read_view(live.oid);
  PERFORM epoch.move_to_hidden(of_table);
END
$$;

-- Takes that back, if it was done at this position.
CREATE OR REPLACE FUNCTION epoch.unhide_table(of_table text, at_position bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
BEGIN
  IF EXISTS (SELECT FROM epoch.tables AS t WHERE t.table_id = of_table AND t.hidden_at = at_position) THEN
    PERFORM epoch.settle_table(of_table, NULL);
  END IF;
END
$$;

-- Gives a table that came back to its place the foreign keys that it had.
CREATE OR REPLACE FUNCTION epoch.restore_references(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  reference record;
BEGIN
  FOR reference IN
    SELECT r.key AS name, r.value AS definition
    FROM epoch.tables AS t CROSS JOIN LATERAL jsonb_each_text(t.hidden_references) AS r
    WHERE t.table_id = of_table
  LOOP
    EXECUTE format(
      'ALTER TABLE %s ADD CONSTRAINT %I %s', epoch.users_table(of_table), reference.name, reference.definition);
  END LOOP;
  UPDATE epoch.tables SET hidden_at = NULL, hidden_references = NULL WHERE table_id = of_table;
END
$$;

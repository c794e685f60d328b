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

-- Gives a column of a branch's own table a sequence of its own in place of one that it shares: an identity where it stands
-- for one. Values go on where those of the other are.
CREATE OR REPLACE FUNCTION epoch.give_own_sequence(own regclass, named name, shared regclass, identity "char") RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  given bigint := epoch.last_given(shared::text);
  made text;
BEGIN
  IF identity IS NOT NULL THEN
    EXECUTE format('ALTER TABLE %s ALTER %I DROP DEFAULT', own, named);
    EXECUTE format(
      'ALTER TABLE %s ALTER %I ADD GENERATED %s AS IDENTITY', own, named,
      CASE identity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END);
  ELSE
    SELECT format('%s.%I', c.relnamespace::regnamespace, free.name) INTO made
    FROM pg_class AS c
    CROSS JOIN LATERAL (
      SELECT left(c.relname || '_' || named, 55) || '_seq' || coalesce(nullif(n, 0)::text, '') AS name
      FROM generate_series(0, 999) AS n
      WHERE NOT EXISTS (
        SELECT FROM pg_class AS other
        WHERE other.relnamespace = c.relnamespace
          AND other.relname = left(c.relname || '_' || named, 55) || '_seq' || coalesce(nullif(n, 0)::text, '')
      )
      ORDER BY n LIMIT 1
    ) AS free
    WHERE c.oid = own;
    EXECUTE (
      SELECT format(
        'CREATE SEQUENCE %s AS %s INCREMENT %s MINVALUE %s MAXVALUE %s START %s CACHE %s %s', made, q.seqtypid::regtype,
        q.seqincrement, q.seqmin, q.seqmax, q.seqstart, q.seqcache, CASE WHEN q.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END)
      FROM pg_sequence AS q WHERE q.seqrelid = shared
    );
    PERFORM epoch.give_sequence(made, own::text);
    EXECUTE format('ALTER SEQUENCE %s OWNED BY %s.%I', made, own, named);
    EXECUTE format('ALTER TABLE %s ALTER %I SET DEFAULT nextval(%L)', own, named, made);
  END IF;
  PERFORM epoch.advance_sequence(pg_get_serial_sequence(own::text, named), given);
END
$$;

-- Makes an open table that a session has renamed a table of the branch's own, as one that was made there with these rows.
CREATE OR REPLACE FUNCTION epoch.release_renamed(of_table text, renamed regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  part record;
BEGIN
  PERFORM epoch.drop_row_triggers(renamed);
  FOR part IN
    SELECT a.attname, s.oid::regclass AS shared, m.objid IS NOT NULL AS is_identity, l.attidentity
    FROM pg_attrdef AS f
    JOIN pg_attribute AS a ON a.attrelid = f.adrelid AND a.attnum = f.adnum AND a.attgenerated = ''
    JOIN pg_depend AS r ON r.classid = 'pg_attrdef'::regclass AND r.objid = f.oid AND r.refclassid = 'pg_class'::regclass
    JOIN pg_class AS s ON s.oid = r.refobjid AND s.relkind = 'S'
    LEFT JOIN pg_depend AS m ON m.classid = 'pg_attrdef'::regclass AND m.objid = f.oid AND m.refclassid = 'pg_proc'::regclass
      AND m.refobjid = 'epoch.identity_value(regclass)'::regprocedure
    LEFT JOIN pg_attribute AS l ON l.attrelid = epoch.users_table(of_table) AND l.attname = a.attname AND l.attidentity <> ''
    WHERE f.adrelid = renamed
      AND pg_get_expr(f.adbin, f.adrelid) ~ '^\(?(nextval|epoch\.identity_value)\(''[^'']*''::regclass\)\)?(::\w+)?$'
      -- else it is this table's already
      AND NOT EXISTS (
        SELECT FROM pg_depend AS o
        WHERE o.classid = 'pg_class'::regclass AND o.objid = s.oid AND o.refclassid = 'pg_class'::regclass AND o.refobjid = renamed
      )
  LOOP
    PERFORM epoch.give_own_sequence(
      renamed, part.attname, part.shared, CASE WHEN part.is_identity THEN coalesce(part.attidentity, 'd') END);
  END LOOP;
END
$$;

-- Takes note that a session has dropped an open table of a branch, or renamed it: it is a table of the branch's own then.
-- Answers why that cannot be kept, null if it can; nothing happens where the table is there. One that is gone with the
-- branch's schema was not dropped, but lost.
CREATE OR REPLACE FUNCTION epoch.follow_drop(of_branch text, of_table text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  place epoch.branch_tables;
  of_schema oid;
  renamed regclass;
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
  SELECT c.oid::regclass INTO renamed FROM pg_class AS c WHERE c.oid = place.open_id;
  IF FOUND AND (SELECT c.relnamespace FROM pg_class AS c WHERE c.oid = renamed) <> of_schema THEN
    RETURN format(
      'it was moved to %s. Take that back: ALTER TABLE %1$s SET SCHEMA %s', renamed, of_schema::regnamespace);
  ELSIF FOUND THEN
    PERFORM epoch.release_renamed(of_table, renamed);
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

-- Takes a live table that a merge will hide out of its place, before others come there: their parts may have the names of its.
CREATE OR REPLACE FUNCTION epoch.make_room(of_table text, at_position bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
BEGIN
  PERFORM FROM epoch.tables WHERE table_id = of_table AND home_schema IS NULL FOR UPDATE;
  IF FOUND THEN
    PERFORM epoch.drop_read_view(epoch.users_table(of_table));
    PERFORM epoch.move_to_hidden(of_table);
    UPDATE epoch.tables SET hidden_at = at_position WHERE table_id = of_table;
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION epoch.hide_table(of_table text, at_position bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
  live record;
  reason text;
  reference record;
BEGIN
  SELECT * INTO t FROM epoch.tables
  WHERE table_id = of_table AND (home_schema IS NULL OR hidden_at = at_position AND hidden_references IS NULL) FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT c.oid, c.* INTO STRICT live FROM pg_class AS c WHERE c.oid = epoch.users_table(of_table);
  reason := CASE
    WHEN t.append_only THEN 'it is append-only'
    WHEN live.relkind <> 'r' OR live.relispartition THEN 'it is partitioned'
    WHEN EXISTS (SELECT FROM pg_inherits AS i WHERE live.oid IN (i.inhparent, i.inhrelid)) THEN 'it inherits rows or columns'
    ELSE (SELECT string_agg(d, ', ') || ' depends on it' FROM epoch.dependents(live.oid::regclass) AS d)
  END;
  IF reason IS NOT NULL THEN
    RAISE EXCEPTION '%', reason USING ERRCODE = 'dependent_objects_still_exist';
  END IF;
  PERFORM epoch.make_room(of_table, at_position);
  UPDATE epoch.tables SET hidden_at = at_position, hidden_references = (
    SELECT coalesce(jsonb_object_agg(c.conname, pg_get_constraintdef(c.oid)), '{}')
    FROM pg_constraint AS c WHERE c.conrelid = live.oid AND c.contype = 'f'
  )
  WHERE table_id = of_table;
  FOR reference IN SELECT c.conname FROM pg_constraint AS c WHERE c.conrelid = live.oid AND c.contype = 'f' LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', live.oid::regclass, reference.conname);
  END LOOP;
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

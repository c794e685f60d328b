-- Open tables: a table of a branch as a real table in the branch's first schema, in the place of its views. Keys, checks,
-- indexes, triggers, policies and grants are those of the live table, sequences too; foreign keys lead to other open tables
-- of the branch. It is filled once from the layers, and captured like a live table into a working set of its own (kind o,
-- capture function oc). docs/postgresql-layout.md says how commits and merges go on; open_layers.sql moves.

ALTER TABLE epoch.branch_tables
  ADD COLUMN IF NOT EXISTS open_relation text,
  ADD COLUMN IF NOT EXISTS open_id oid,
  ADD COLUMN IF NOT EXISTS open_refused text,
  ADD COLUMN IF NOT EXISTS open_policies text,
  ADD COLUMN IF NOT EXISTS open_unwanted boolean NOT NULL DEFAULT false,
  ADD COLUMN IF NOT EXISTS open_automatic boolean NOT NULL DEFAULT false;

COMMENT ON COLUMN epoch.branch_tables.open_relation IS 'The open table, quoted with its schema; null: the table is layered';
COMMENT ON COLUMN epoch.branch_tables.open_id IS 'The same: another table of the name may have come since a snapshot was taken';
COMMENT ON COLUMN epoch.branch_tables.open_refused IS 'Why the table could not be opened when that was last tried';
COMMENT ON COLUMN epoch.branch_tables.open_policies IS 'Digest of the policies that the open table has';
COMMENT ON COLUMN epoch.branch_tables.open_automatic IS 'Opened because it was read a lot: it is closed when it is not read any more';
COMMENT ON COLUMN epoch.branch_tables.open_unwanted IS 'Somebody closed the table: it is not opened unasked';

-- A definition that names one relation behind a word, with another in its place.
CREATE OR REPLACE FUNCTION epoch.on_other_relation(definition text, word text, former regclass, relation text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN p.place = 0 THEN definition
    ELSE left(definition, p.place - 1) || word || relation || substr(definition, p.place + length(word || former::text))
  END
  FROM strpos(definition, word || former::text) AS p (place)
$$;

-- Keeps the key of an open table that nothing keeps on live but Epoch.
CREATE OR REPLACE FUNCTION epoch.keep_counted_key(of_table text, open_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  IF t.key_counted AND NOT EXISTS (
    SELECT
    FROM pg_index AS i
    WHERE i.indrelid = open_table::regclass AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
      AND (
        SELECT array_agg(a.attname::text ORDER BY a.attname)
        FROM pg_attribute AS a
        WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
      ) = (SELECT array_agg(k ORDER BY k COLLATE "C") FROM unnest(t.key_columns) AS k)
  ) THEN
    EXECUTE format(
      'ALTER TABLE %s ADD UNIQUE (%s)%s', open_table, epoch.column_list(t.key_columns),
      (SELECT string_agg(format(', ALTER %I SET NOT NULL', c), '') FROM unnest(t.key_columns) AS c));
  END IF;
END
$$;

-- Gives an open table the keys and indexes of the live table, under their names.
CREATE OR REPLACE FUNCTION epoch.index_open(of_table text, open_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  live regclass := epoch.users_table(of_table);
  rule record;
BEGIN
  FOR rule IN
    SELECT c.conname, pg_get_constraintdef(c.oid) AS definition, obj_description(c.oid, 'pg_constraint') AS told
    FROM pg_constraint AS c
    WHERE c.conrelid = live AND c.contype IN ('p', 'u', 'x')
    ORDER BY c.contype <> 'p', c.conname
  LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', open_table, rule.conname, rule.definition);
    IF rule.told IS NOT NULL THEN
      EXECUTE format('COMMENT ON CONSTRAINT %I ON %s IS %L', rule.conname, open_table, rule.told);
    END IF;
  END LOOP;
  FOR rule IN
    SELECT pg_get_indexdef(i.indexrelid) AS definition
    FROM pg_index AS i
    WHERE i.indrelid = live AND i.indisvalid
      AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid AND c.conrelid = live)
    ORDER BY i.indexrelid
  LOOP
    EXECUTE epoch.on_other_relation(rule.definition, ' ON ', live, open_table);
  END LOOP;
  PERFORM epoch.keep_counted_key(of_table, open_table);
END
$$;

-- Gives an open table the policies of the live table in the place of those that it has.
CREATE OR REPLACE FUNCTION epoch.copy_policies(of_table text, open_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  live pg_class;
  rule record;
BEGIN
  SELECT * INTO STRICT live FROM pg_class WHERE oid = epoch.users_table(of_table);
  FOR rule IN SELECT p.polname FROM pg_policy AS p WHERE p.polrelid = open_table::regclass LOOP
    EXECUTE format('DROP POLICY %I ON %s', rule.polname, open_table);
  END LOOP;
  FOR rule IN
    SELECT p.*, pg_get_expr(p.polqual, p.polrelid) AS using_clause, pg_get_expr(p.polwithcheck, p.polrelid) AS check_clause,
      (
        SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE r::regrole::text END, ', ') FROM unnest(p.polroles) AS r
      ) AS roles
    FROM pg_policy AS p
    WHERE p.polrelid = live.oid
  LOOP
    EXECUTE format(
      'CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', rule.polname, open_table,
      CASE WHEN rule.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
      CASE rule.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      rule.roles, ' USING (' || rule.using_clause || ')', ' WITH CHECK (' || rule.check_clause || ')');
  END LOOP;
  EXECUTE format(
    'ALTER TABLE %s %s ROW LEVEL SECURITY, %s ROW LEVEL SECURITY', open_table,
    CASE WHEN live.relrowsecurity THEN 'ENABLE' ELSE 'DISABLE' END,
    CASE WHEN live.relforcerowsecurity THEN 'FORCE' ELSE 'NO FORCE' END);
END
$$;

-- Switches the triggers of a live table's users, as they are switched there, on the open table; and the capture on.
CREATE OR REPLACE FUNCTION epoch.switch_triggers_on(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  open_table text := (SELECT open_relation FROM epoch.branch_tables WHERE branch_id = of_branch AND table_id = of_table);
  switched record;
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', open_table);
  FOR switched IN
    SELECT g.tgname, g.tgenabled FROM pg_trigger AS g
    WHERE g.tgrelid = epoch.users_table(of_table) AND NOT g.tgisinternal AND g.tgenabled <> 'O'
      AND EXISTS (SELECT FROM pg_trigger AS o WHERE o.tgrelid = open_table::regclass AND o.tgname = g.tgname)
  LOOP
    EXECUTE format(
      'ALTER TABLE %s %s TRIGGER %I', open_table,
      CASE switched.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END,
      switched.tgname);
  END LOOP;
  PERFORM epoch.note_capture(
    of_table, of_branch, open_table::regclass, current_setting('epoch.switching', true) IS DISTINCT FROM 'broken');
END
$$;

-- Makes a copy, which is filled and in line with the layers, the rows of an open table: it stays where it is on disk, so that
-- snapshots which see its rows go on seeing them. The caller holds the locks that keep the layers as they are.
CREATE OR REPLACE FUNCTION epoch.take_copy(of_branch text, of_table text, open_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  copy text := format('epoch.%I', epoch.object_of('m', of_table, of_branch));
  name text[] := parse_ident(open_table);
  part record;
BEGIN
  UPDATE epoch.branch_tables AS p
  SET has_copy = false, copy_shown = false, copy_relation = NULL, copy_automatic = false, open_automatic = p.copy_automatic
  WHERE p.branch_id = of_branch AND p.table_id = of_table;
  PERFORM epoch.drop_copy_triggers(of_branch, of_table);
  FOR part IN SELECT i.indexrelid::regclass AS indexed FROM pg_index AS i WHERE i.indrelid = copy::regclass LOOP
    EXECUTE format('DROP INDEX %s', part.indexed);
  END LOOP;
  EXECUTE format('ALTER TABLE %s RENAME TO %I', copy, name[2]);
  EXECUTE format('ALTER TABLE epoch.%I SET SCHEMA %I', name[2], name[1]);
  FOR part IN
    SELECT c.conname, pg_get_constraintdef(c.oid) AS definition
    FROM pg_constraint AS c
    WHERE c.conrelid = epoch.users_table(of_table) AND c.contype = 'c'
    ORDER BY c.conname
  LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', open_table, part.conname, part.definition);
  END LOOP;
END
$$;

-- Makes the table with all that it has by itself; it holds what the branch sees.
CREATE OR REPLACE FUNCTION epoch.create_open_table(of_branch text, of_table text, open_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  live regclass := epoch.users_table(of_table);
  writable text := epoch.column_list(epoch.writable_columns(live));
  part record;
BEGIN
  IF epoch.has_definition(of_branch, of_table) THEN
    PERFORM epoch.drop_copy(of_branch, of_table);
    PERFORM epoch.create_defined_table(of_branch, of_table, open_table);
    RETURN;
  END IF;
  IF epoch.is_schema_only(of_branch) THEN
    EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING IDENTITY EXCLUDING INDEXES)', open_table, live);
  ELSIF (SELECT p.has_copy FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch AND p.table_id = of_table) THEN
    PERFORM epoch.take_copy(of_branch, of_table, open_table);
  ELSE
    PERFORM epoch.drop_copy(of_branch, of_table);
    EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING IDENTITY EXCLUDING INDEXES)', open_table, live);
    EXECUTE format(
      'INSERT INTO %s (%s) SELECT %2$s FROM (%s) AS seen', open_table, writable, epoch.branch_select(of_branch, of_table));
  END IF;
  PERFORM epoch.index_open(of_table, open_table);
  FOR part IN
    SELECT a.attname, pg_get_serial_sequence(live::text, a.attname)::regclass AS feeds
    FROM pg_attribute AS a WHERE a.attrelid = live AND a.attidentity <> ''
  LOOP
    EXECUTE format(
      'ALTER TABLE %s ALTER %I SET DEFAULT epoch.identity_value(%L::regclass)', open_table, part.attname, part.feeds);
  END LOOP;
  PERFORM epoch.dress_open(of_table, open_table);
END
$$;

-- Gives an open table the triggers, policies and privileges of the live table, and statistics.
CREATE OR REPLACE FUNCTION epoch.dress_open(of_table text, open_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  live regclass := epoch.users_table(of_table);
  part record;
BEGIN
  FOR part IN
    SELECT pg_get_triggerdef(g.oid) AS definition
    FROM pg_trigger AS g
    JOIN pg_proc AS p ON p.oid = g.tgfoid
    WHERE g.tgrelid = live AND NOT g.tgisinternal AND p.pronamespace <> 'epoch'::regnamespace
    ORDER BY g.tgname
  LOOP
    EXECUTE epoch.on_other_relation(part.definition, ' ON ', live, open_table);
  END LOOP;
  PERFORM epoch.copy_policies(of_table, open_table);
  PERFORM epoch.copy_privileges(live, open_table);
  IF (SELECT c.reltuples FROM pg_class AS c WHERE c.oid = live) > 1000
    AND (SELECT c.reltuples FROM pg_class AS c WHERE c.oid = open_table::regclass) <= 0
  THEN
    EXECUTE 'ANALYZE ' || open_table;
  END IF;
END
$$;

-- Opens a table of a branch: from now on its name on the branch means a real table with the rows that the branch sees,
-- uncommitted ones too. Nothing happens if it is open. Waits for who reads or writes the table on the branch. The reason,
-- if it cannot be opened. epoch.link_open_tables makes the foreign keys.
CREATE OR REPLACE FUNCTION epoch.open_branch_table(of_branch text, of_table text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  b epoch.branches;
  t epoch.tables;
  place epoch.branch_tables;
  open_table text;
  opening text;
  reason text;
  last_aside bigint;
  is_filled boolean := NOT epoch.is_schema_only(of_branch);
BEGIN
  reason := coalesce(
    CASE WHEN NOT epoch.is_followed(of_table) THEN epoch.follow_table(of_table) END,
    epoch.why_not_open(of_table), epoch.why_not_open_on(of_branch, of_table), epoch.make_enums(of_branch, of_table));
  IF reason IS NOT NULL THEN
    UPDATE epoch.branch_tables SET open_refused = reason
    WHERE branch_id = of_branch AND table_id = of_table AND open_refused IS DISTINCT FROM reason;
    RETURN reason;
  END IF;
  PERFORM epoch.create_branch_schemas(of_branch);
  -- its views would be dropped again at once
  IF is_filled THEN
    PERFORM set_config('epoch.opening', of_table, true);
    PERFORM epoch.ensure_overlay(of_branch, of_table);
    PERFORM set_config('epoch.opening', '', true);
  END IF;
  SELECT * INTO STRICT place FROM epoch.branch_tables WHERE branch_id = of_branch AND table_id = of_table FOR UPDATE;
  IF place.open_relation IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT * INTO STRICT b FROM epoch.branches WHERE branch_id = of_branch;
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  open_table := format('%I.%I', b.changed_schema, t.view_name);
  opening := format('%I.%I', b.changed_schema, t.label || '__opening_' || t.table_id);
  IF is_filled THEN
    EXECUTE format(
      'LOCK TABLE epoch.%I, epoch.%I, epoch.%I IN SHARE ROW EXCLUSIVE MODE',
      epoch.object_of('v', of_table, of_branch), epoch.object_of('d', of_table, of_branch),
      epoch.object_of('vw', of_table, of_branch));
  END IF;
  BEGIN
    -- under another name first: who reads the views need not wait until it is filled
    PERFORM epoch.create_open_table(of_branch, of_table, opening);
    PERFORM epoch.read_sequences_on(of_branch, opening::regclass);
    PERFORM epoch.note_open_columns(of_branch, of_table, opening);
    PERFORM epoch.keep_identities(of_branch, of_table, opening::regclass);
    IF is_filled THEN
      PERFORM epoch.capture_open(of_branch, of_table, opening);
      PERFORM epoch.pull_open(of_branch, of_table);
    END IF;
    last_aside := epoch.last_view_aside();
    PERFORM epoch.put_views_aside(of_branch, format('%I.%I', s, t.view_name))
    FROM unnest(ARRAY[b.changed_schema, b.base_schema]) AS s;
    EXECUTE format('DROP VIEW IF EXISTS %I.%I', b.changed_schema, t.view_name);
    EXECUTE format('DROP VIEW IF EXISTS %I.%I', b.base_schema, t.view_name);
    PERFORM epoch.drop_inner_views(of_branch, of_table);
    EXECUTE format('ALTER TABLE %s RENAME TO %I', opening, t.view_name);
    PERFORM epoch.put_views_back(of_branch);
    PERFORM epoch.require_views_back(of_branch, last_aside);
    UPDATE epoch.branch_tables AS p
    SET open_relation = open_table, open_id = open_table::regclass, open_refused = NULL,
      open_policies = epoch.policy_digest(epoch.users_table(of_table)),
      open_made = jsonb_build_object(
        'definition', p.definition, 'facts', epoch.table_facts(open_table::regclass)) || epoch.open_files(open_table::regclass)
        || CASE WHEN is_filled THEN '{}' ELSE jsonb_build_object('head', epoch.head_of_open(of_branch, of_table)) END
    WHERE p.branch_id = of_branch AND p.table_id = of_table;
    UPDATE epoch.branch_tables AS p SET open_rows = epoch.open_projection(of_branch, of_table)
    WHERE p.branch_id = of_branch AND p.table_id = of_table AND p.definition IS NOT NULL;
    PERFORM epoch.switch_triggers_on(of_branch, of_table);
    PERFORM epoch.call_own_functions(of_branch);
    PERFORM epoch.note_given_parts(of_branch, of_table);
    PERFORM epoch.make_own_parts(of_branch, of_table);
    PERFORM epoch.give_open_table(of_branch, of_table);
    PERFORM epoch.drop_hiding_enums(of_branch, of_table);
  EXCEPTION
    WHEN lock_not_available OR deadlock_detected OR query_canceled OR serialization_failure THEN
      RAISE;
    WHEN OTHERS THEN
      reason := SQLERRM;
      UPDATE epoch.branch_tables AS p SET open_refused = reason
      WHERE p.branch_id = of_branch AND p.table_id = of_table;
      IF is_filled THEN
        PERFORM epoch.rebuild_views(of_branch, of_table);
      END IF;
      RETURN reason;
  END;
  RETURN NULL;
END
$$;

-- Takes an open table away, without a look at what is not committed in it.
CREATE OR REPLACE FUNCTION epoch.drop_open_table(of_branch text, of_table text) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  open_table text;
  referring record;
  depending text;
BEGIN
  SELECT p.open_relation INTO open_table FROM epoch.branch_tables AS p
  WHERE p.branch_id = of_branch AND p.table_id = of_table FOR UPDATE;
  IF open_table IS NULL THEN
    RETURN false;
  END IF;
  FOR referring IN
    SELECT c.conrelid::regclass AS child, c.conname, p.table_id
    FROM pg_constraint AS c
    LEFT JOIN epoch.branch_tables AS p ON p.branch_id = of_branch AND to_regclass(p.open_relation) = c.conrelid
    WHERE c.contype = 'f' AND c.confrelid = to_regclass(open_table) AND c.conrelid <> c.confrelid
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', referring.child, referring.conname);
    PERFORM epoch.note_reference(of_branch, referring.table_id, referring.conname);
  END LOOP;
  PERFORM epoch.keep_own_parts(of_branch, of_table);
  PERFORM epoch.put_views_aside(of_branch, open_table);
  BEGIN
    EXECUTE 'DROP TABLE IF EXISTS ' || open_table;
  EXCEPTION WHEN dependent_objects_still_exist THEN
    GET STACKED DIAGNOSTICS depending = PG_EXCEPTION_DETAIL;
    RAISE EXCEPTION 'What was made on the branch depends on its table %: %', open_table, depending
      USING ERRCODE = 'EP003', HINT = 'Drop that on the branch, and try again.';
  END;
  EXECUTE format('DROP TABLE IF EXISTS epoch.%I', epoch.object_of('o', of_table, of_branch));
  EXECUTE format('DROP FUNCTION IF EXISTS epoch.%I', epoch.object_of('oc', of_table, of_branch));
  DELETE FROM epoch.open_columns AS o WHERE o.branch_id = of_branch AND o.table_id = of_table;
  UPDATE epoch.branch_tables AS p
  SET open_relation = NULL, open_id = NULL, open_policies = NULL, open_automatic = false, open_rows = NULL, open_made = NULL,
    touched_keys = NULL
  WHERE p.branch_id = of_branch AND p.table_id = of_table;
  RETURN true;
END
$$;

-- Makes an open table a layered one: views stand for it again. What is not committed stays so. False if it is not open.
CREATE OR REPLACE FUNCTION epoch.close_branch_table(of_branch text, of_table text) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  open_table text;
  referring text;
  last_aside bigint := epoch.last_view_aside();
BEGIN
  SELECT p.open_relation INTO open_table FROM epoch.branch_tables AS p
  WHERE p.branch_id = of_branch AND p.table_id = of_table FOR UPDATE;
  IF open_table IS NULL THEN
    RETURN false;
  END IF;
  IF to_regclass(open_table) IS NOT NULL THEN
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', open_table);
    IF epoch.is_open_changed(of_branch, of_table) THEN
      RAISE EXCEPTION 'The schema of % was changed on the branch, and that is not committed', open_table
        USING ERRCODE = 'EP003', HINT = 'Commit it, or undo the change, and close the table then.';
    END IF;
    IF epoch.capture_problem(of_table, of_branch) IS NOT NULL THEN
      RAISE EXCEPTION 'Changes of % may be lost: %', open_table, epoch.capture_problem(of_table, of_branch)
        USING ERRCODE = 'EP003', HINT = format('epoch table rescan %I --branch %I', epoch.view_name(of_table),
          (SELECT b.name FROM epoch.branches AS b WHERE b.branch_id = of_branch));
    END IF;
    PERFORM epoch.require_references_kept(of_branch, open_table::regclass);
    PERFORM epoch.push_open(of_branch, of_table);
  END IF;
  PERFORM epoch.drop_open_table(of_branch, of_table);
  PERFORM epoch.rebuild_views(of_branch, of_table);
  PERFORM epoch.require_views_back(of_branch, last_aside);
  RETURN true;
END
$$;

-- The same, but that a table stays open where layers cannot have all of it: nobody has committed what its schema is now, or a
-- foreign key that refers to it; or something that was made on the branch needs the table.
CREATE OR REPLACE FUNCTION epoch.close_where_committed(of_branch text, of_table text) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN epoch.close_branch_table(of_branch, of_table);
EXCEPTION WHEN SQLSTATE 'EP003' THEN
  RETURN false;
END
$$;

-- Tables that were made on a branch, and are registered. The live relation of such a registration is hidden: an empty table
-- in a schema of its own (epoch_new_<table id>), with all that the branch's table had when it was registered but for foreign
-- keys. So layers, capture and views are those of any table. A merge into the default branch moves it to its place
-- (epoch.tables.home_schema) and alters it there. docs/adr/0056 says why.
--
--   made              <changed schema>.notes    the branch's own: nobody captures it
--   registered        <changed schema>.notes    open table of the branch
--                     epoch_new_t1.notes        live relation, hidden
--   merged            public.notes              the same relation

-- Why a table that was made on a branch cannot be registered; null if it can.
CREATE OR REPLACE FUNCTION epoch.why_not_adopted(of_branch text, own regclass) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN c.relkind <> 'r' OR c.relispartition THEN 'it is partitioned, or no ordinary table'
    WHEN EXISTS (SELECT FROM pg_inherits AS i WHERE c.oid IN (i.inhparent, i.inhrelid)) THEN 'it inherits rows or columns'
    WHEN EXISTS (SELECT FROM pg_rewrite AS w WHERE w.ev_class = c.oid) THEN 'it has rules'
    WHEN c.relrowsecurity OR EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid)
      THEN 'it has row security policies: register it, and make them then'
    WHEN epoch.branch_typed(c.oid, true) IS NOT NULL THEN epoch.branch_typed(c.oid, true)
    WHEN EXISTS (
      SELECT
      FROM pg_attrdef AS g
      JOIN pg_depend AS d ON d.classid = 'pg_attrdef'::regclass AND d.objid = g.oid AND d.refobjid = c.oid
      JOIN pg_attribute AS computed ON computed.attrelid = c.oid AND computed.attnum = g.adnum AND computed.attgenerated <> ''
      JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
      WHERE g.adrelid = c.oid AND (epoch.is_own_enum(a.atttypid) OR epoch.is_own_domain(a.atttypid))
    ) THEN 'it has a column that is computed of a type which was made on the branch'
    WHEN NOT epoch.can_give_to(c.relowner)
      THEN format('role %I is no member of its owner: %s', current_user, epoch.membership_of(c.relowner))
  END
  FROM pg_class AS c WHERE c.oid = own
$$;

-- What the hidden relation of a table cannot have, since its type goes with the branch: columns are texts there, or of the type behind a domain, and
-- constraints and indexes that name the type are left out.
CREATE OR REPLACE FUNCTION epoch.parts_of_own_enums(own regclass) RETURNS TABLE (kind text, name text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH columns AS (
    SELECT a.attname::text AS name, a.attnum, coalesce(epoch.enum_of(a.atttypid), a.atttypid)::regtype::text AS type
    FROM pg_attribute AS a
    WHERE a.attrelid = own AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid >= 16384
      AND (epoch.is_own_enum(a.atttypid) OR epoch.is_own_domain(a.atttypid))
  )
  SELECT 'column', c.name FROM columns AS c
  UNION
  SELECT 'constraint', p.conname::text
  FROM pg_constraint AS p JOIN columns AS c ON strpos(pg_get_constraintdef(p.oid), c.type) > 0
  WHERE p.conrelid = own AND p.contype IN ('c', 'x')
  UNION
  SELECT 'index', x.relname::text
  FROM pg_index AS i
  JOIN pg_class AS x ON x.oid = i.indexrelid
  JOIN columns AS c ON strpos(pg_get_indexdef(i.indexrelid), c.type) > 0
  WHERE i.indrelid = own
$$;

-- Registers a table that was made on a branch: it is the open table of the branch from then on, and its rows are
-- uncommitted. Its sequences go with the hidden relation, which all branches share.
CREATE OR REPLACE FUNCTION epoch.adopt_table(
  of_branch text, new_table text, of_repository text, repository_name text, home text, named text,
  new_key_columns text[], at_position bigint, by_operation uuid
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  b epoch.branches;
  own text;
  placed text;
  owner name;
  reason text;
  part record;
  kept jsonb;
  is_captured boolean := NOT epoch.is_schema_only(of_branch);
BEGIN
  SELECT * INTO STRICT b FROM epoch.branches WHERE branch_id = of_branch;
  own := format('%I.%I', b.changed_schema, named);
  -- an open table that was renamed to this name is let go first: later, its capture would be taken from the new table
  PERFORM epoch.follow_drops(of_branch);
  EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', own);
  reason := epoch.why_not_adopted(of_branch, own::regclass);
  IF reason IS NOT NULL THEN
    RAISE EXCEPTION 'Table % of branch "%" cannot be registered: %', named, b.name, reason USING ERRCODE = 'EP003';
  END IF;
  placed := format('%I.%I', 'epoch_new_' || new_table, named);
  SELECT r.rolname INTO STRICT owner FROM pg_class AS c JOIN pg_roles AS r ON r.oid = c.relowner WHERE c.oid = own::regclass;

  EXECUTE format('CREATE SCHEMA %I', 'epoch_new_' || new_table);
  EXECUTE format('COMMENT ON SCHEMA %I IS %L', 'epoch_new_' || new_table, 'Epoch: a table that the default branch does not have yet');
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC', 'epoch_new_' || new_table);
  EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES)', placed, own);
  FOR part IN
    SELECT e.kind, e.name, epoch.base_type(a.atttypid, a.atttypmod) AS kept
    FROM epoch.parts_of_own_enums(own::regclass) AS e
    LEFT JOIN pg_attribute AS a ON e.kind = 'column' AND a.attrelid = own::regclass AND a.attname = e.name
    WHERE e.kind <> 'index'
    ORDER BY e.kind = 'column'
  LOOP
    EXECUTE CASE part.kind
      WHEN 'column' THEN format('ALTER TABLE %s ALTER %I DROP DEFAULT, ALTER %2$I TYPE %s', placed, part.name, part.kept)
      ELSE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', placed, part.name)
    END;
  END LOOP;
  FOR part IN
    SELECT c.conname, pg_get_constraintdef(c.oid) AS definition, obj_description(c.oid, 'pg_constraint') AS told
    FROM pg_constraint AS c
    WHERE c.conrelid = own::regclass AND c.contype IN ('p', 'u', 'x')
      AND c.conname NOT IN (SELECT e.name FROM epoch.parts_of_own_enums(own::regclass) AS e WHERE e.kind = 'constraint')
    ORDER BY c.contype <> 'p', c.conname
  LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', placed, part.conname, part.definition);
    EXECUTE format('COMMENT ON CONSTRAINT %I ON %s IS %L', part.conname, placed, part.told);
  END LOOP;
  FOR part IN
    SELECT pg_get_indexdef(i.indexrelid) AS definition
    FROM pg_index AS i
    JOIN pg_class AS x ON x.oid = i.indexrelid
    WHERE i.indrelid = own::regclass AND i.indisvalid
      AND x.relname NOT IN (SELECT e.name FROM epoch.parts_of_own_enums(own::regclass) AS e WHERE e.kind = 'index')
      AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid AND c.conrelid = own::regclass)
    ORDER BY i.indexrelid
  LOOP
    EXECUTE epoch.on_other_relation(part.definition, ' ON ', own::regclass, placed);
  END LOOP;
  IF owner <> current_user THEN
    EXECUTE format('GRANT ALL ON SCHEMA %I TO %I', 'epoch_new_' || new_table, owner);
    EXECUTE format('ALTER TABLE %s OWNER TO %I', placed, owner);
  END IF;
  PERFORM epoch.move_sequences(own::regclass, placed::regclass);
  FOR part IN
    SELECT a.attname, pg_get_serial_sequence(own, a.attname)::regclass AS former,
      pg_get_serial_sequence(placed, a.attname)::regclass AS feeds
    FROM pg_attribute AS a WHERE a.attrelid = own::regclass AND a.attidentity <> ''
  LOOP
    EXECUTE format('SELECT setval(%L::regclass, last_value, is_called) FROM %s', part.feeds, part.former);
    EXECUTE format('ALTER TABLE %s ALTER %I DROP IDENTITY', own, part.attname);
    EXECUTE format(
      'ALTER TABLE %s ALTER %I SET DEFAULT epoch.identity_value(%L::regclass)', own, part.attname, part.feeds);
  END LOOP;
  PERFORM epoch.copy_privileges(own::regclass, placed);
  FOR part IN
    SELECT pg_get_triggerdef(g.oid) AS definition
    FROM pg_trigger AS g
    JOIN pg_proc AS p ON p.oid = g.tgfoid
    JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE g.tgrelid = own::regclass AND NOT g.tgisinternal AND NOT epoch.is_for_branches(n.nspname)
    ORDER BY g.tgname
  LOOP
    EXECUTE epoch.on_other_relation(part.definition, ' ON ', own::regclass, placed);
  END LOOP;

  PERFORM epoch.install_table(
    new_table, of_repository, repository_name, 'epoch_new_' || new_table, named, new_key_columns, at_position,
    by_operation);
  BEGIN
    PERFORM epoch.keep_counted_key(new_table, own);
  EXCEPTION WHEN unique_violation OR not_null_violation THEN
    RAISE EXCEPTION 'Table % of branch "%" cannot be registered: its rows are not told apart by %: %', named, b.name,
      array_to_string(new_key_columns, ', '), SQLERRM USING ERRCODE = 'EP003', HINT = 'Name other columns, or change the rows.';
  END;
  UPDATE epoch.tables SET home_schema = home, home_branch = of_branch WHERE table_id = new_table;
  PERFORM epoch.settle_view_names(of_repository);
  INSERT INTO epoch.branch_tables (branch_id, table_id, anchor, shown)
  SELECT of_branch, new_table, at_position, array_agg(k.column_id)
  FROM epoch.table_columns AS k WHERE k.table_id = new_table;
  IF is_captured THEN
    PERFORM set_config('epoch.opening', new_table, true);
    PERFORM epoch.ensure_overlay(of_branch, new_table);
    PERFORM set_config('epoch.opening', '', true);
  END IF;
  PERFORM epoch.note_open_columns(of_branch, new_table, own::regclass);
  PERFORM epoch.capture_open(of_branch, new_table, own);
  kept := epoch.table_facts(own::regclass);
  -- references are not in the live relation: they are a change of the branch
  SELECT jsonb_set(kept, '{constraints}', (kept -> 'constraints') - coalesce(array_agg(c.conname::text), '{}'))
  INTO kept
  FROM pg_constraint AS c WHERE c.conrelid = own::regclass AND c.contype = 'f';
  -- and so are enums and domains of its own
  FOR part IN
    SELECT CASE e.kind WHEN 'column' THEN a.attnum::text ELSE e.name END AS key,
      CASE e.kind WHEN 'column' THEN 'columns' WHEN 'index' THEN 'indexes' ELSE 'constraints' END AS list
    FROM epoch.parts_of_own_enums(own::regclass) AS e
    LEFT JOIN pg_attribute AS a ON e.kind = 'column' AND a.attrelid = own::regclass AND a.attname = e.name
  LOOP
    kept := kept #- ARRAY[part.list, part.key];
  END LOOP;
  UPDATE epoch.branch_tables AS p
  SET open_relation = own, open_id = own::regclass, open_policies = epoch.policy_digest(placed::regclass),
    open_made = jsonb_build_object('definition', NULL, 'facts', kept) || epoch.open_files(own::regclass)
      || CASE
        WHEN is_captured THEN '{}'
        ELSE jsonb_build_object('head', epoch.head_of_open(of_branch, new_table))
      END
  WHERE p.branch_id = of_branch AND p.table_id = new_table;
  UPDATE epoch.branch_tables AS p SET open_rows = epoch.open_projection(of_branch, new_table)
  WHERE p.branch_id = of_branch AND p.table_id = new_table;
  IF is_captured THEN
    EXECUTE epoch.touch_all(epoch.object_of('o', new_table, of_branch), new_key_columns, own);
  END IF;
END
$$;

-- Fails if a foreign key to an open table would be lost with it: that of a table which is not registered, or one that is
-- not committed.
CREATE OR REPLACE FUNCTION epoch.require_references_kept(of_branch text, open_table regclass) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  lost record;
BEGIN
  SELECT c.conname, c.conrelid::regclass AS child INTO lost
  FROM pg_constraint AS c
  WHERE c.contype = 'f' AND c.confrelid = open_table AND c.conrelid <> c.confrelid
    AND NOT EXISTS (
      SELECT FROM epoch.branch_tables AS p
      WHERE p.branch_id = of_branch AND to_regclass(p.open_relation) = c.conrelid
        AND (
          p.open_made -> 'facts' -> 'constraints' ? c.conname::text
          OR EXISTS (
            SELECT FROM pg_constraint AS l
            WHERE l.conrelid = epoch.users_table(p.table_id) AND l.contype = 'f' AND l.conname = c.conname
          )
        )
    )
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'The foreign key % of % refers to %, and is not committed', lost.conname, lost.child, open_table
      USING ERRCODE = 'EP003', HINT = 'Register the table if it is not: epoch table add; and commit it. Close this one then.';
  END IF;
END
$$;

-- Gives the sequences that one table's columns own to those of another: their defaults go on reading them.
CREATE OR REPLACE FUNCTION epoch.move_sequences(from_table regclass, to_table regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  part record;
  place name := (SELECT n.nspname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = to_table);
BEGIN
  FOR part IN
    SELECT s.oid::regclass AS owned, s.relname, a.attname
    FROM pg_depend AS d
    JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = from_table
      AND d.deptype = 'a'
  LOOP
    EXECUTE format('ALTER SEQUENCE %s OWNED BY NONE', part.owned);
    EXECUTE format('ALTER SEQUENCE %s SET SCHEMA %I', part.owned, place);
    EXECUTE format('ALTER SEQUENCE %I.%I OWNED BY %s.%I', place, part.relname, to_table, part.attname);
  END LOOP;
END
$$;

-- Gives a table that is hidden back to the branch that it was made on, as its own; nothing happens to others.
CREATE OR REPLACE FUNCTION epoch.release_table_of_branch(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
  own text;
  placed regclass;
  part record;
BEGIN
  SELECT * INTO t FROM epoch.tables WHERE table_id = of_table AND home_schema IS NOT NULL;
  IF NOT FOUND OR NOT EXISTS (
    SELECT FROM epoch.branch_tables AS p
    JOIN epoch.branches AS b ON b.branch_id = p.branch_id AND NOT b.dropped
    WHERE p.branch_id = t.home_branch AND p.table_id = of_table
  ) THEN
    RETURN;
  END IF;
  PERFORM epoch.open_branch_table(t.home_branch, of_table);
  SELECT p.open_relation INTO own FROM epoch.branch_tables AS p
  WHERE p.branch_id = t.home_branch AND p.table_id = of_table;
  IF to_regclass(own) IS NULL THEN
    RETURN;
  END IF;
  placed := epoch.users_table(of_table);
  PERFORM epoch.drop_row_triggers(own::regclass);
  EXECUTE format('DROP TABLE IF EXISTS epoch.%I', epoch.object_of('o', of_table, t.home_branch));
  EXECUTE format('DROP FUNCTION IF EXISTS epoch.%I', epoch.object_of('oc', of_table, t.home_branch));
  DELETE FROM epoch.open_columns AS o WHERE o.branch_id = t.home_branch AND o.table_id = of_table;
  UPDATE epoch.branch_tables AS p
  SET open_relation = NULL, open_id = NULL, open_policies = NULL, open_rows = NULL, open_made = NULL
  WHERE p.branch_id = t.home_branch AND p.table_id = of_table;
  FOR part IN
    SELECT a.attname, a.attidentity, pg_get_serial_sequence(placed::text, a.attname)::regclass AS feeds
    FROM pg_attribute AS a
    WHERE a.attrelid = placed AND a.attidentity <> '' AND EXISTS (
      SELECT FROM pg_attribute AS o WHERE o.attrelid = own::regclass AND o.attname = a.attname AND NOT o.attisdropped
    )
  LOOP
    EXECUTE format('ALTER TABLE %s ALTER %I DROP DEFAULT', own, part.attname);
    EXECUTE format(
      'ALTER TABLE %s ALTER %I ADD GENERATED %s AS IDENTITY', own, part.attname,
      CASE part.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END);
    EXECUTE format(
      'SELECT setval(%L::regclass, last_value, is_called) FROM %s', pg_get_serial_sequence(own, part.attname), part.feeds);
  END LOOP;
  PERFORM epoch.move_sequences(placed, own::regclass);
  PERFORM epoch.give_sequences_back(of_table, own::regclass);
END
$$;

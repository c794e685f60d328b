-- Tables that were made on a branch. The live relation of such a registration is hidden: an empty table in a schema of its
-- own (epoch_new_<table id>), with all that the branch's table had when it was registered but for foreign keys. So layers,
-- capture and views are those of any table. A merge into the default branch moves it to its place (epoch.tables.home_schema)
-- and alters it there. docs/adr/0056 says why.
--
--   made              <changed schema>.notes    the branch's own: nobody captures it
--   registered        <changed schema>.notes    open table of the branch
--                     epoch_new_t1.notes        live relation, hidden
--   merged            public.notes              the same relation

-- The relations of a branch that sessions have made and nobody has registered.
CREATE OR REPLACE FUNCTION epoch.own_relations(of_branch text)
RETURNS TABLE (relation oid, name text, kind text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT c.oid, c.relname::text, c.relkind::text
  FROM epoch.branches AS b
  JOIN pg_namespace AS n ON n.nspname = b.changed_schema
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
  WHERE b.branch_id = of_branch AND NOT c.relispartition
    AND NOT EXISTS (
      SELECT FROM epoch.branch_tables AS p
      WHERE p.branch_id = of_branch AND p.open_relation IS NOT NULL AND to_regclass(p.open_relation) = c.oid
    )
    AND NOT EXISTS (
      SELECT FROM epoch.branch_tables AS p
      JOIN epoch.tables AS t ON t.table_id = p.table_id
      WHERE p.branch_id = of_branch AND p.open_relation IS NULL AND p.has_overlay AND c.relkind = 'v'
        AND t.view_name = c.relname
    )
    AND NOT EXISTS (
      SELECT FROM pg_depend AS d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i', 'e')
        AND d.refclassid IN ('pg_class'::regclass, 'pg_extension'::regclass)
    )
    -- what is being opened
    AND c.relname !~ '__opening_t[0-9a-z]+$'
$$;

-- What sessions have made on a branch that hides tables of the branch.
CREATE OR REPLACE FUNCTION epoch.hiding_relations(of_branch text) RETURNS SETOF oid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT c.oid
  FROM epoch.branches AS b
  JOIN pg_namespace AS n ON n.nspname = b.changed_schema
  JOIN epoch.branch_tables AS p ON p.branch_id = b.branch_id AND p.open_relation IS NULL AND NOT p.absent
  JOIN epoch.tables AS t ON t.table_id = p.table_id
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = t.view_name
    AND (c.relkind <> 'v' OR NOT p.has_overlay)
  WHERE b.branch_id = of_branch
$$;

-- Fails if something hides a table of the branch.
CREATE OR REPLACE FUNCTION epoch.require_nothing_hidden(of_branch text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  hiding text;
BEGIN
  SELECT string_agg(pg_describe_object('pg_class'::regclass, h, 0), ', ') INTO hiding
  FROM epoch.hiding_relations(of_branch) AS h;
  IF hiding IS NOT NULL THEN
    RAISE EXCEPTION 'Something was created on the branch and hides what the branch has: %', hiding
      USING ERRCODE = 'EP002', HINT = 'Drop it, or give it another name.';
  END IF;
END
$$;

-- A text in which hidden relations have the schema that they are to be in, and sequences of branches the names of those
-- that they stand for.
CREATE OR REPLACE FUNCTION epoch.at_home(told text) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN told ~ 'epoch_.*_base"?\.' THEN coalesce(
      (
        SELECT epoch.at_home(replace(told, quote_literal(q.own), quote_literal(q.source)))
        FROM epoch.branch_sequences AS q
        WHERE strpos(told, quote_literal(q.own)) > 0
        LIMIT 1
      ), told)
    WHEN strpos(told, 'epoch_new_') = 0 THEN told
    ELSE coalesce(
      (
        SELECT replace(told, h.hidden || '.', quote_ident(coalesce(t.home_schema, t.schema_name)) || '.')
        FROM (SELECT substring(told FROM 'epoch_new_t[0-9a-z]+') AS hidden) AS h
        JOIN epoch.tables AS t ON epoch.hidden_schema(t.table_id) = h.hidden
        LIMIT 1
      ), told)
  END
$$;

-- The other way: a definition of a table that is hidden, or reads hidden sequences, as the database takes it.
CREATE OR REPLACE FUNCTION epoch.as_placed(of_table text, told text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  home text;
  hidden text := epoch.hidden_schema(of_table);
  named text;
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  home := coalesce(t.home_schema, t.schema_name);
  FOR named IN
    SELECT quote_ident(c.relname) FROM pg_class AS c
    WHERE c.relnamespace = to_regnamespace(hidden) AND c.relkind IN ('r', 'S')
      -- the live table has got it meanwhile
      AND (t.home_schema IS NOT NULL OR to_regclass(format('%I.%I', home, c.relname)) IS NULL)
  LOOP
    told := replace(told, format(' ON %I.%s ', home, named), format(' ON %I.%s ', hidden, named));
    told := replace(told, format('''%I.%s''', home, named), format('''%I.%s''', hidden, named));
  END LOOP;
  RETURN told;
END
$$;

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
    WHEN NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype = 'p')
      THEN 'it has no primary key'
    WHEN EXISTS (
      SELECT FROM pg_attribute AS a
      JOIN pg_type AS y ON y.oid = a.atttypid
      LEFT JOIN pg_type AS e ON e.oid = y.typelem
      JOIN pg_namespace AS n ON n.oid IN (y.typnamespace, e.typnamespace)
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND epoch.is_for_branches(n.nspname)
    ) THEN 'a column has a type that was made on the branch: make the type in the live schema'
    WHEN NOT pg_has_role(c.relowner, 'USAGE')
      THEN format('role %I is no member of its owner: GRANT %s TO %1$I', current_user, c.relowner::regrole)
  END
  FROM pg_class AS c WHERE c.oid = own
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
    SELECT c.conname, pg_get_constraintdef(c.oid) AS definition, obj_description(c.oid, 'pg_constraint') AS told
    FROM pg_constraint AS c
    WHERE c.conrelid = own::regclass AND c.contype IN ('p', 'u', 'x')
    ORDER BY c.contype <> 'p', c.conname
  LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', placed, part.conname, part.definition);
    EXECUTE format('COMMENT ON CONSTRAINT %I ON %s IS %L', part.conname, placed, part.told);
  END LOOP;
  FOR part IN
    SELECT pg_get_indexdef(i.indexrelid) AS definition
    FROM pg_index AS i
    WHERE i.indrelid = own::regclass AND i.indisvalid
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
  UPDATE epoch.tables SET home_schema = home, home_branch = of_branch WHERE table_id = new_table;
  PERFORM epoch.settle_view_names(of_repository);
  INSERT INTO epoch.branch_tables (branch_id, table_id, anchor, shown)
  SELECT of_branch, new_table, at_position, array_agg(k.column_id)
  FROM epoch.table_columns AS k WHERE k.table_id = new_table;
  IF is_captured THEN
    PERFORM set_config('epoch.opening', new_table, true);
    PERFORM epoch.ensure_overlay(of_branch, new_table);
    PERFORM set_config('epoch.opening', '', true);
    PERFORM epoch.create_image_table(
      epoch.object_of('o', new_table, of_branch), placed::regclass, new_key_columns, new_key_columns, false);
  END IF;
  PERFORM epoch.note_open_columns(of_branch, new_table, own::regclass);
  PERFORM epoch.capture_open(of_branch, new_table, own);
  kept := epoch.table_facts(own::regclass);
  -- references are not in the live relation: they are a change of the branch
  SELECT jsonb_set(kept, '{constraints}', (kept -> 'constraints') - coalesce(array_agg(c.conname::text), '{}'))
  INTO kept
  FROM pg_constraint AS c WHERE c.conrelid = own::regclass AND c.contype = 'f';
  UPDATE epoch.branch_tables AS p
  SET open_relation = own, open_id = own::regclass, open_policies = epoch.policy_digest(placed::regclass),
    open_made = jsonb_build_object('definition', NULL, 'facts', kept) || epoch.open_files(own::regclass)
      || CASE
        WHEN is_captured THEN '{}'
        ELSE jsonb_build_object('head', epoch.head_of_open(of_branch, new_table))
      END
  WHERE p.branch_id = of_branch AND p.table_id = new_table;
  IF is_captured THEN
    EXECUTE format(
      'INSERT INTO epoch.%I (epoch_kind, %s) SELECT 0, %2$s FROM %s', epoch.object_of('o', new_table, of_branch),
      epoch.column_list(new_key_columns), own);
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

-- Drops what is left of a hidden relation.
CREATE OR REPLACE FUNCTION epoch.drop_hidden(gone epoch.tables) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
BEGIN
  IF gone.home_schema IS NOT NULL THEN
    EXECUTE format('DROP TABLE IF EXISTS %I.%I', gone.schema_name, gone.table_name);
  END IF;
  -- sequences of columns that branches have added
  EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', epoch.hidden_schema(gone.table_id));
END
$$;

-- Moves a hidden relation to its place: the default branch has it from then on. Nothing happens if it is there.
CREATE OR REPLACE FUNCTION epoch.settle_table(of_table text, at_position bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
BEGIN
  SELECT * INTO t FROM epoch.tables WHERE table_id = of_table AND home_schema IS NOT NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF to_regclass(format('%I.%I', t.home_schema, t.table_name)) IS NOT NULL THEN
    RAISE EXCEPTION 'There is a live %.% that is not the table of the branch', t.home_schema, t.table_name
      USING ERRCODE = 'duplicate_table',
        HINT = 'Rename it or drop it, or rename the table on the branch, and merge again.';
  END IF;
  EXECUTE format('ALTER TABLE %I.%I SET SCHEMA %I', t.schema_name, t.table_name, t.home_schema);
  IF NOT EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = to_regnamespace(quote_ident(t.schema_name))) THEN
    EXECUTE format('DROP SCHEMA %I', t.schema_name);
  END IF;
  UPDATE epoch.tables SET schema_name = t.home_schema, home_schema = NULL, settled_at = at_position
  WHERE table_id = of_table;
  PERFORM epoch.restore_references(of_table);
END
$$;

-- Takes that back, if it was done at this position.
CREATE OR REPLACE FUNCTION epoch.unsettle_table(of_table text, at_position bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
BEGIN
  SELECT * INTO t FROM epoch.tables WHERE table_id = of_table AND settled_at = at_position FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM epoch.move_to_hidden(of_table);
  UPDATE epoch.tables SET settled_at = NULL WHERE table_id = of_table;
END
$$;

-- Moves a live table into its hidden schema.
CREATE OR REPLACE FUNCTION epoch.move_to_hidden(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
  owner name;
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table FOR UPDATE;
  SELECT pg_get_userbyid(c.relowner) INTO owner FROM pg_class AS c WHERE c.oid = epoch.users_table(of_table);
  PERFORM epoch.ensure_hidden_schema(of_table);
  IF owner <> current_user THEN
    EXECUTE format('GRANT ALL ON SCHEMA %I TO %I', 'epoch_new_' || of_table, owner);
  END IF;
  EXECUTE format('ALTER TABLE %I.%I SET SCHEMA %I', t.schema_name, t.table_name, 'epoch_new_' || of_table);
  UPDATE epoch.tables SET home_schema = t.schema_name, schema_name = 'epoch_new_' || of_table
  WHERE table_id = of_table;
END
$$;

-- Drops what sessions have made on a branch: it goes with the branch.
CREATE OR REPLACE FUNCTION epoch.drop_own_objects(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  own record;
BEGIN
  FOR own IN SELECT * FROM epoch.own_relations(of_branch) LOOP
    -- an earlier one may have taken it along
    IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = own.relation) THEN
      EXECUTE format(
        'DROP %s %s CASCADE',
        CASE own.kind
          WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE'
          ELSE 'TABLE'
        END, own.relation::regclass);
    END IF;
  END LOOP;
END
$$;

-- Puts back what adoption has made of a table that the default branch does not have, where it is lost: an empty relation by
-- its definition in the log, and the capture.
CREATE OR REPLACE FUNCTION epoch.repair_table_of_branch(
  of_branch text, lost text, of_repository text, repository_name text, home text, named text,
  key_columns text[], at_position bigint, definition jsonb
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
BEGIN
  IF EXISTS (SELECT FROM epoch.tables AS t WHERE t.table_id = lost) THEN
    IF epoch.is_capture_lost(lost) THEN
      PERFORM epoch.create_capture(lost);
    END IF;
    RETURN;
  END IF;
  IF to_regclass(format('%I.%I', 'epoch_new_' || lost, named)) IS NULL THEN
    PERFORM epoch.make_hidden('epoch_new_' || lost, named, home, definition);
  END IF;
  PERFORM epoch.drop_row_triggers(format('%I.%I', 'epoch_new_' || lost, named)::regclass);
  PERFORM epoch.install_table(
    lost, of_repository, repository_name, 'epoch_new_' || lost, named, key_columns, at_position, gen_random_uuid());
  UPDATE epoch.tables SET home_schema = home, home_branch = of_branch WHERE table_id = lost;
  PERFORM epoch.settle_view_names(of_repository);
END
$$;

-- Makes a relation by a definition that names the schema that it will be in.
CREATE OR REPLACE FUNCTION epoch.make_hidden(in_schema text, named text, home text, definition jsonb) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  placed text := format('%I.%I', in_schema, named);
  part record;
BEGIN
  EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', in_schema);
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC', in_schema);
  EXECUTE format(
    'CREATE TABLE %s (%s)', placed, (
      SELECT string_agg(
        concat_ws(
          ' ', quote_ident(c ->> 'name'), c #>> '{type,name}',
          'GENERATED ALWAYS AS (' || (c ->> 'generatedExpression') || ') STORED',
          'GENERATED ' || upper(c ->> 'identity') || ' AS IDENTITY',
          CASE WHEN NOT (c ->> 'nullable')::boolean THEN 'NOT NULL' END),
        ', ' ORDER BY place)
      FROM jsonb_array_elements(definition -> 'columns') WITH ORDINALITY AS x (c, place)
    ));
  FOR part IN
    SELECT c ->> 'name' AS name, c ->> 'defaultExpression' AS expression,
      parse_ident(substring(c ->> 'defaultExpression' FROM '^nextval\(''(.*)''::regclass\)$')) AS sequence_name
    FROM jsonb_array_elements(definition -> 'columns') AS c
    WHERE c ->> 'defaultExpression' IS NOT NULL
  LOOP
    IF part.sequence_name[1] = home AND to_regclass(format('%I.%I', home, part.sequence_name[2])) IS NULL THEN
      EXECUTE format('CREATE SEQUENCE %I.%I OWNED BY %s.%I', in_schema, part.sequence_name[2], placed, part.name);
      part.expression := format('nextval(%L::regclass)', format('%I.%I', in_schema, part.sequence_name[2]));
    END IF;
    EXECUTE format('ALTER TABLE %s ALTER %I SET DEFAULT %s', placed, part.name, part.expression);
  END LOOP;
  FOR part IN
    SELECT c ->> 'name' AS name, c ->> 'definition' AS definition
    FROM jsonb_array_elements(definition -> 'constraints') AS c
    WHERE c ->> 'kind' IN ('PRIMARY_KEY', 'UNIQUE', 'CHECK', 'EXCLUSION')
    ORDER BY c ->> 'kind' <> 'PRIMARY_KEY', c ->> 'name'
  LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', placed, part.name, part.definition);
  END LOOP;
  FOR part IN SELECT i ->> 'definition' AS definition FROM jsonb_array_elements(definition -> 'indexes') AS i LOOP
    EXECUTE replace(part.definition, format(' ON %I.%I ', home, named), format(' ON %s ', placed));
  END LOOP;
END
$$;

-- Where live relations are of tables that the default branch does not have: hidden in schemas of Epoch's. The log, and who
-- asks for a schema, are told the place that they will have, or had.
--
--   epoch_new_t1.notes   --settle_table-->   public.notes
--                        <-move_to_hidden-

-- A text in which hidden relations have the schema that they are to be in, and sequences of branches the names of those
-- that they stand for; what else branches have of their own has the name that it is to have (own_objects.sql).
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
    WHEN epoch.own_at_home(substring(told FROM 'epoch_.*_(b[0-9a-z]{12})_changed"?\.'), told) <> told
    THEN epoch.at_home(epoch.own_at_home(substring(told FROM 'epoch_.*_(b[0-9a-z]{12})_changed"?\.'), told))
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
  PERFORM epoch.renew_key_check(of_table);
  PERFORM epoch.restore_references(of_table);
END
$$;

-- The capture of a table whose key Epoch keeps looks for keys that come twice, by the table's name.
CREATE OR REPLACE FUNCTION epoch.renew_key_check(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF epoch.is_key_counted(of_table) THEN
    PERFORM epoch.create_row_capture(
      of_table, epoch.object_of('c', of_table), epoch.object_of('w', of_table), epoch.waits_at_key(of_table));
  END IF;
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
  PERFORM epoch.renew_key_check(of_table);
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
    PERFORM epoch.make_hidden(
      'epoch_new_' || lost, named, home, epoch.routines_as_placed(of_branch, definition::text)::jsonb);
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

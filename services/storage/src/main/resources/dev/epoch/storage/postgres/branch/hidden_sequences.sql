-- Sequences of columns that branches have added. A column that a session adds as serial or identity brings a sequence that
-- would go with the open table. So the sequence moves to the schema epoch_new_<table id>, which all branches share, and
-- columns of open tables read it there, as they read those of live columns. The log has it under the name that it is to
-- have beside the live table; a merge into the default branch makes one there that goes on where it stands.
--
--   serial      <changed schema>.t_n_seq  --> epoch_new_t1.t_n_seq                 nextval('public.t_n_seq') in the log
--   identity    <changed schema>.t_n_seq  --> epoch_new_t1.identity_<digest of id> GENERATED ... AS IDENTITY in the log

ALTER TABLE epoch.open_columns ADD COLUMN IF NOT EXISTS identity text;

COMMENT ON COLUMN epoch.open_columns.identity IS 'Of an identity column that the live table has not, or not as one: always, by default';

CREATE OR REPLACE FUNCTION epoch.hidden_schema(of_table text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT 'epoch_new_' || of_table
$$;

-- The hidden sequence of an identity column, quoted.
CREATE OR REPLACE FUNCTION epoch.identity_sequence(of_table text, of_id text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('%I.%I', epoch.hidden_schema(of_table), 'identity_' || left(md5(of_id), 16))
$$;

CREATE OR REPLACE FUNCTION epoch.ensure_hidden_schema(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  hidden text := epoch.hidden_schema(of_table);
BEGIN
  IF to_regnamespace(quote_ident(hidden)) IS NULL THEN
    EXECUTE format('CREATE SCHEMA %I', hidden);
    EXECUTE format('COMMENT ON SCHEMA %I IS %L', hidden, 'Epoch: what the default branch does not have yet');
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC', hidden);
  END IF;
END
$$;

-- Whether a sequence counts downwards.
CREATE OR REPLACE FUNCTION epoch.counts_down(counted regclass) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT q.seqincrement < 0 FROM pg_sequence AS q WHERE q.seqrelid = counted
$$;

-- Lets a sequence go on behind a value, if it is not further: one that counts downwards, below it. Others may take values
-- meanwhile: nothing gives one twice.
CREATE OR REPLACE FUNCTION epoch.advance_sequence(sequence_name text, at_least bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  s pg_sequence;
  reached bigint;
BEGIN
  SELECT * INTO STRICT s FROM pg_sequence AS q WHERE q.seqrelid = sequence_name::regclass;
  IF at_least IS NULL THEN
    RETURN;
  END IF;
  IF s.seqincrement < 0 THEN
    at_least := greatest(at_least, s.seqmin);
    EXECUTE format('SELECT CASE WHEN is_called THEN last_value ELSE last_value + 1 END FROM %s', sequence_name) INTO reached;
    IF at_least >= reached THEN
      RETURN;
    END IF;
    IF (at_least::numeric - reached) / s.seqincrement < 10000 THEN
      WHILE nextval(s.seqrelid) > at_least LOOP
      END LOOP;
    ELSE
      EXECUTE format('SELECT setval($1, least(last_value, $2)) FROM %s', sequence_name)
      USING s.seqrelid::regclass, at_least;
    END IF;
    RETURN;
  END IF;
  at_least := least(at_least, s.seqmax);
  EXECUTE format('SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM %s', sequence_name) INTO reached;
  IF at_least <= reached THEN
    RETURN;
  END IF;
  IF (at_least - reached) / s.seqincrement < 10000 THEN
    -- setval would take back what others were given since the look at the last value
    WHILE nextval(s.seqrelid) < at_least LOOP
    END LOOP;
  ELSE
    EXECUTE format('SELECT setval($1, greatest(last_value, $2)) FROM %s', sequence_name)
    USING s.seqrelid::regclass, at_least;
  END IF;
END
$$;

-- The last value that a sequence has given; null if none.
CREATE OR REPLACE FUNCTION epoch.last_given(sequence_name text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  at bigint;
BEGIN
  EXECUTE format('SELECT CASE WHEN is_called THEN last_value END FROM %s', sequence_name) INTO at;
  RETURN at;
END
$$;

-- Takes the sequences that columns of an open table own, and those of its identity columns, to where all branches find
-- them. Nothing happens if there are none.
CREATE OR REPLACE FUNCTION epoch.take_sequences(of_branch text, of_table text, open_table regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
  home text;
  hidden text := epoch.hidden_schema(of_table);
  named text;
  place text;
  given bigint;
  part record;
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_depend AS d
    JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = open_table
      AND d.deptype IN ('a', 'i')
  ) THEN
    RETURN;
  END IF;
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table FOR UPDATE;
  home := coalesce(t.home_schema, t.schema_name);
  EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', open_table);
  PERFORM epoch.ensure_hidden_schema(of_table);
  FOR part IN
    SELECT s.oid AS sequence_oid, s.oid::regclass AS owned, s.relname, a.attname, a.attnum,
      pg_get_expr(f.adbin, f.adrelid) = format('nextval(%L::regclass)', s.oid::regclass) AS is_read
    FROM pg_depend AS d
    JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    LEFT JOIN pg_attrdef AS f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = open_table
      AND d.deptype = 'a'
    ORDER BY a.attnum
  LOOP
    named := part.relname;
    -- a name that something else has beside the live table would be in the way of a merge
    FOR n IN 1 .. 1000 LOOP
      place := format('%I.%I', home, named);
      EXIT WHEN to_regclass(format('%I.%I', hidden, named)) IS NOT NULL OR to_regclass(place) IS NULL
        OR place = (
          SELECT pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) FROM pg_attribute AS a
          WHERE a.attrelid = epoch.users_table(of_table) AND a.attname = part.attname AND NOT a.attisdropped);
      named := left(part.relname, 58) || n;
    END LOOP;
    EXECUTE format('ALTER SEQUENCE %s OWNED BY NONE', part.owned);
    IF to_regclass(format('%I.%I', hidden, named)) IS NOT NULL THEN
      place := format('%I.%I', hidden, named);
    ELSIF to_regclass(place) IS NULL THEN
      place := NULL;
    END IF;
    IF place IS NULL THEN
      IF named <> part.relname THEN
        EXECUTE format('ALTER SEQUENCE %s RENAME TO %I', part.owned, named);
      END IF;
      EXECUTE format('ALTER SEQUENCE %s SET SCHEMA %I', part.sequence_oid::regclass, hidden);
    ELSE
      -- another branch, or the live table, has it: all go on with that one
      PERFORM epoch.advance_sequence(place, epoch.last_given(part.owned::text));
      IF part.is_read THEN
        EXECUTE format('ALTER TABLE %s ALTER %I SET DEFAULT nextval(%L::regclass)', open_table, part.attname, place);
      END IF;
      EXECUTE format('DROP SEQUENCE %s', part.owned);
    END IF;
  END LOOP;
END
$$;

-- The same for identity columns; the open table's columns are noted.
CREATE OR REPLACE FUNCTION epoch.take_identities(of_branch text, of_table text, open_table regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  place text;
  given bigint;
  part record;
BEGIN
  FOR part IN
    SELECT a.attname, a.attidentity, a.attnum, format_type(a.atttypid, a.atttypmod) AS type, o.column_id,
      pg_get_serial_sequence(open_table::text, a.attname) AS feeds
    FROM pg_attribute AS a
    JOIN epoch.open_columns AS o ON o.branch_id = of_branch AND o.table_id = of_table AND o.number = a.attnum
    WHERE a.attrelid = open_table AND a.attidentity <> '' AND NOT a.attisdropped
    ORDER BY a.attnum
  LOOP
    place := epoch.identity_sequence(of_table, part.column_id);
    given := epoch.last_given(part.feeds);
    PERFORM epoch.make_identity_sequence(of_table, part.column_id, part.type, part.feeds);
    PERFORM epoch.advance_sequence(place, given);
    EXECUTE format('ALTER TABLE %s ALTER %I DROP IDENTITY', open_table, part.attname);
    EXECUTE format(
      'ALTER TABLE %s ALTER %I SET DEFAULT epoch.identity_value(%L::regclass)', open_table, part.attname, place);
    UPDATE epoch.open_columns AS o SET identity = CASE part.attidentity WHEN 'a' THEN 'always' ELSE 'by default' END
    WHERE o.branch_id = of_branch AND o.table_id = of_table AND o.number = part.attnum;
  END LOOP;
END
$$;

-- Makes the hidden sequence of an identity column, which counts as another does that is given.
DROP FUNCTION IF EXISTS epoch.make_identity_sequence(text, text, text);
CREATE OR REPLACE FUNCTION epoch.make_identity_sequence(of_table text, of_id text, of_type text, former text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place text := epoch.identity_sequence(of_table, of_id);
BEGIN
  IF to_regclass(place) IS NULL THEN
    PERFORM epoch.ensure_hidden_schema(of_table);
    EXECUTE format('CREATE SEQUENCE %s AS %s', place, of_type) || coalesce(
      (
        SELECT format(
          ' INCREMENT %s MINVALUE %s MAXVALUE %s START %s CACHE %s %s', q.seqincrement, q.seqmin, q.seqmax, q.seqstart, q.seqcache,
          CASE WHEN q.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END)
        FROM pg_sequence AS q WHERE q.seqrelid = to_regclass(former)
      ), '');
    EXECUTE format('COMMENT ON SEQUENCE %s IS %L', place, 'Epoch: identity of a column of branches');
  END IF;
END
$$;

-- Whether a sequence is that of an identity column of branches.
CREATE OR REPLACE FUNCTION epoch.is_identity_of_branches(sequence_oid oid) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT FROM pg_class AS s
    JOIN pg_namespace AS n ON n.oid = s.relnamespace
    JOIN epoch.tables AS t ON n.nspname = epoch.hidden_schema(t.table_id)
    WHERE s.oid = sequence_oid AND s.relkind = 'S' AND s.relname ~ '^identity_[0-9a-f]{16}$'
      AND obj_description(s.oid, 'pg_class') = 'Epoch: identity of a column of branches'
  )
$$;

-- Identity columns of a branch's definition that the live table has not, or not as such, with the sequences behind them.
CREATE OR REPLACE FUNCTION epoch.own_identities(of_branch text, of_table text)
RETURNS TABLE (name text, layer text, identity text, feeds text, type text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT d.name, d.layer, d.definition ->> 'identity', epoch.identity_sequence(of_table, d.definition ->> 'id'), d.definition #>> '{type,name}'
  FROM epoch.defined_columns(of_branch, of_table) AS d
  WHERE d.definition ->> 'identity' IS NOT NULL
    AND NOT EXISTS (
      SELECT FROM pg_attribute AS a
      WHERE a.attrelid = epoch.users_table(of_table) AND a.attname = d.layer AND a.attidentity <> ''
    )
$$;

-- Makes the sequences that a branch's definition reads and that are lost, behind the values that the branch has.
CREATE OR REPLACE FUNCTION epoch.make_lost_sequences(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  home text := (SELECT coalesce(t.home_schema, t.schema_name) FROM epoch.tables AS t WHERE t.table_id = of_table);
  part record;
  place text;
  given bigint;
BEGIN
  FOR part IN
    SELECT d.layer, NULL AS id, d.definition #>> '{type,name}' AS type, n.named
    FROM epoch.defined_columns(of_branch, of_table) AS d
    CROSS JOIN LATERAL (
      SELECT parse_ident(m[1]) AS named
      FROM regexp_match(d.definition ->> 'defaultExpression', '^nextval\(''(.*)''::regclass\)$') AS m
    ) AS n
    WHERE to_regclass(format('%I.%I', n.named[1], n.named[2])) IS NULL AND n.named[1] = home
      AND to_regclass(format('%I.%I', epoch.hidden_schema(of_table), n.named[2])) IS NULL
    UNION ALL
    SELECT i.layer, d.definition ->> 'id', i.type, NULL
    FROM epoch.own_identities(of_branch, of_table) AS i
    JOIN epoch.defined_columns(of_branch, of_table) AS d ON d.layer = i.layer
    WHERE to_regclass(i.feeds) IS NULL
  LOOP
    IF part.named IS NULL THEN
      place := epoch.identity_sequence(of_table, part.id);
      PERFORM epoch.make_identity_sequence(of_table, part.id, part.type);
    ELSE
      place := format('%I.%I', epoch.hidden_schema(of_table), part.named[2]);
      PERFORM epoch.ensure_hidden_schema(of_table);
      EXECUTE format('CREATE SEQUENCE %s AS %s', place, part.type);
    END IF;
    EXECUTE format('SELECT max(seen.%I) FROM (%s) AS seen', part.layer, epoch.branch_select(of_branch, of_table)) INTO given;
    PERFORM epoch.advance_sequence(place, given);
  END LOOP;
END
$$;

-- Runs a statement on a live table, $1 being a number, while no trigger of the table's users fires.
CREATE OR REPLACE FUNCTION epoch.run_untriggered(live regclass, statement text, given bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  fired record;
  switched jsonb := '[]';
BEGIN
  FOR fired IN
    SELECT g.tgname, g.tgenabled
    FROM pg_trigger AS g
    JOIN pg_proc AS p ON p.oid = g.tgfoid
    WHERE g.tgrelid = live AND NOT g.tgisinternal AND g.tgenabled <> 'D' AND p.pronamespace <> 'epoch'::regnamespace
  LOOP
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', live, fired.tgname);
    switched := switched || jsonb_build_object(
      'tgname', fired.tgname,
      'switch', CASE fired.tgenabled WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END);
  END LOOP;
  EXECUTE statement USING given;
  FOR fired IN
    SELECT format('ALTER TABLE %s %s TRIGGER %I', live, s.switch, s.tgname) AS statement
    FROM jsonb_to_recordset(switched) AS s (tgname name, switch text)
  LOOP
    EXECUTE fired.statement;
  END LOOP;
END
$$;

-- Gives the rows of the live table that came without a value in a column that comes with a merge one, behind those that
-- came with one. No trigger of the table's users fires, as for ADD COLUMN ... serial; the rows are changed by the merge.
CREATE OR REPLACE FUNCTION epoch.number_rows(of_table text, named text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  live regclass := epoch.users_table(of_table);
  keys text[] := (SELECT t.key_columns FROM epoch.tables AS t WHERE t.table_id = of_table);
  is_missing boolean;
  given bigint;
  goes_down boolean;
  reached bigint[];
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %I IS NULL)', live, named) INTO is_missing;
  IF NOT is_missing THEN
    RETURN;
  END IF;
  SELECT coalesce(bool_and(epoch.counts_down(s.oid)), false), array_agg(epoch.last_given(s.oid::regclass::text))
  INTO goes_down, reached
  FROM pg_class AS s
  WHERE s.relkind = 'S' AND s.relnamespace = to_regnamespace(epoch.hidden_schema(of_table))
    AND (
      s.oid = to_regclass(epoch.identity_sequence(of_table, (
        SELECT k.column_id FROM epoch.table_columns AS k
        WHERE k.table_id = of_table AND k.name = named AND k.number IS NOT NULL)))
      OR s.relname !~ '^identity_'
    );
  EXECUTE format('SELECT %s(%I) FROM %s', CASE WHEN goes_down THEN 'min' ELSE 'max' END, named, live) INTO given;
  given := epoch.furthest(goes_down, VARIADIC reached || ARRAY[given, 0]);
  PERFORM epoch.run_untriggered(
    live,
    format(
      'UPDATE %1$s AS l SET %2$I = f.place FROM ('
      'SELECT r.tableoid, r.ctid, $1 %4$s row_number() OVER (ORDER BY %3$s) AS place FROM %1$s AS r WHERE r.%2$I IS NULL'
      ') AS f WHERE l.tableoid = f.tableoid AND l.ctid = f.ctid',
      live, named, epoch.column_list(keys, 'r'), CASE WHEN goes_down THEN '-' ELSE '+' END),
    given);
END
$$;

-- The same where the column's default makes a value for each row, and none may be without.
CREATE OR REPLACE FUNCTION epoch.fill_rows(of_table text, named text, expression text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  live regclass := epoch.users_table(of_table);
  is_missing boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %I IS NULL)', live, named) INTO is_missing;
  IF is_missing THEN
    PERFORM epoch.run_untriggered(
      live, format('UPDATE %s SET %I = %s WHERE %2$I IS NULL', live, named, expression), NULL);
  END IF;
END
$$;

-- Gives a sequence to the owner of a table, whose column it is to belong to.
CREATE OR REPLACE FUNCTION epoch.give_sequence(sequence_name text, table_name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  sequence pg_class;
  new_owner oid := (SELECT c.relowner FROM pg_class AS c WHERE c.oid = to_regclass(table_name));
BEGIN
  SELECT * INTO sequence FROM pg_class AS c WHERE c.oid = to_regclass(sequence_name) AND c.relowner <> new_owner;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM epoch.give_object('SEQUENCE', sequence_name, n.nspname, new_owner)
  FROM pg_namespace AS n WHERE n.oid = sequence.relnamespace;
END
$$;

-- After the live table has got columns that branches had: its sequences go on where those of the branches stand, and behind
-- the values that came with them.
CREATE OR REPLACE FUNCTION epoch.settle_sequences(of_table text, column_names text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  live pg_class;
  part record;
  given bigint;
BEGIN
  SELECT * INTO STRICT live FROM pg_class WHERE oid = epoch.users_table(of_table);
  FOR part IN
    SELECT a.attname, s.oid::regclass::text AS feeds, s.relname, d.deptype AS owned, k.column_id
    FROM pg_attribute AS a
    LEFT JOIN pg_attrdef AS f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
    JOIN pg_class AS s ON s.relkind = 'S' AND (
      EXISTS (
        SELECT FROM pg_depend AS r
        WHERE r.classid = 'pg_attrdef'::regclass AND r.objid = f.oid AND r.refclassid = 'pg_class'::regclass AND r.refobjid = s.oid
      )
      OR a.attidentity <> '' AND s.oid = pg_get_serial_sequence(live.oid::regclass::text, a.attname)::regclass
    )
    LEFT JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid
      AND d.refclassid = 'pg_class'::regclass AND d.refobjid = live.oid AND d.refobjsubid = a.attnum
    LEFT JOIN epoch.table_columns AS k ON k.table_id = of_table AND k.name = a.attname AND k.number IS NOT NULL
    WHERE a.attrelid = live.oid AND a.attname = ANY (column_names) AND NOT a.attisdropped
  LOOP
    IF part.owned IS NULL AND NOT EXISTS (
      SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = part.feeds::regclass AND d.deptype = 'a'
    ) THEN
      PERFORM epoch.give_sequence(part.feeds, live.oid::regclass::text);
      EXECUTE format('ALTER SEQUENCE %s OWNED BY %s.%I', part.feeds, live.oid::regclass, part.attname);
    END IF;
    EXECUTE format(
      'SELECT %s(%I) FROM %s', CASE WHEN epoch.counts_down(part.feeds::regclass) THEN 'min' ELSE 'max' END,
      part.attname, live.oid::regclass) INTO given;
    PERFORM epoch.advance_sequence(part.feeds, given);
    FOR given IN
      SELECT epoch.last_given(h) FROM unnest(ARRAY[
        format('%I.%I', epoch.hidden_schema(of_table), part.relname), epoch.identity_sequence(of_table, part.column_id)]) AS h
      WHERE to_regclass(h) IS NOT NULL
    LOOP
      PERFORM epoch.advance_sequence(part.feeds, given);
    END LOOP;
  END LOOP;
END
$$;

-- Gives the sequences that columns of a table read to these: the table is the branch's own again.
CREATE OR REPLACE FUNCTION epoch.give_sequences_back(of_table text, own regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  part record;
  given bigint;
BEGIN
  FOR part IN
    SELECT s.oid::regclass AS feeds, s.relname, a.attname, c.relnamespace::regnamespace AS place,
      epoch.is_identity_of_branches(s.oid) AS is_identity
    FROM pg_attrdef AS f
    JOIN pg_class AS c ON c.oid = f.adrelid
    JOIN pg_attribute AS a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
    JOIN pg_depend AS r ON r.classid = 'pg_attrdef'::regclass AND r.objid = f.oid AND r.refclassid = 'pg_class'::regclass
    JOIN pg_class AS s ON s.oid = r.refobjid AND s.relkind = 'S'
    WHERE f.adrelid = own AND s.relnamespace = to_regnamespace(epoch.hidden_schema(of_table))
  LOOP
    IF part.is_identity THEN
      given := epoch.last_given(part.feeds::text);
      EXECUTE format('ALTER TABLE %s ALTER %I DROP DEFAULT', own, part.attname);
      EXECUTE format('ALTER TABLE %s ALTER %I ADD GENERATED BY DEFAULT AS IDENTITY', own, part.attname);
      PERFORM epoch.advance_sequence(pg_get_serial_sequence(own::text, part.attname), given);
    ELSE
      EXECUTE format('ALTER SEQUENCE %s SET SCHEMA %s', part.feeds, part.place);
      EXECUTE format('ALTER SEQUENCE %s.%I OWNED BY %s.%I', part.place, part.relname, own, part.attname);
    END IF;
  END LOOP;
END
$$;

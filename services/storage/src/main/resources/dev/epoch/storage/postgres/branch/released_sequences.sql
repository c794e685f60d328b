-- Sequences of live columns that go. Rows and open tables of branches take values from the sequences that live columns own,
-- and PostgreSQL drops these with the columns, which it refuses while others read them. So whatever is about to drop a column
-- lets branches read a hidden sequence before (hidden_sequences.sql), which goes on where the live one stands:
--
--   serial      public.t_n_seq  <-- defaults of epoch.t__v_..., of open tables  -->  epoch_new_t1.t_n_seq
--   identity    public.t_n_seq  <-- the same, by epoch.identity_value           -->  epoch_new_t1.identity_<digest of id>

-- Makes defaults of rows and open tables of branches that read one sequence read another one.
CREATE OR REPLACE FUNCTION epoch.read_other_sequence(former regclass, other regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off SET client_min_messages = warning
AS $$
DECLARE
  part record;
BEGIN
  FOR part IN
    SELECT f.adrelid::regclass AS relation, a.attname, pg_get_expr(f.adbin, f.adrelid) AS expression
    FROM epoch.readers_of_sequence(former) AS r
    JOIN pg_attrdef AS f ON f.oid = r.default_oid
    JOIN pg_attribute AS a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
    ORDER BY f.adrelid, f.adnum
  LOOP
    EXECUTE format(
      'ALTER TABLE %s ALTER %I SET DEFAULT %s', part.relation, part.attname,
      replace(part.expression, quote_literal(former::text), quote_literal(other::text)));
  END LOOP;
END
$$;

-- Defaults of rows and open tables of branches that read a sequence.
CREATE OR REPLACE FUNCTION epoch.readers_of_sequence(feeds regclass)
RETURNS TABLE (default_oid oid, relation oid, is_open boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT f.oid, c.oid, n.nspname <> 'epoch'
  FROM pg_depend AS d
  JOIN pg_attrdef AS f ON f.oid = d.objid
  JOIN pg_class AS c ON c.oid = f.adrelid AND c.relkind = 'r'
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = feeds
    AND (n.nspname = 'epoch' OR epoch.is_for_branches(n.nspname))
$$;

-- Sequences that columns of a live table own, and the hidden ones that branches would read in their place.
CREATE OR REPLACE FUNCTION epoch.owned_sequences(of_table text)
RETURNS TABLE (column_name text, column_id text, type text, feeds regclass, identity text, hidden text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT a.attname, k.column_id, format_type(a.atttypid, a.atttypmod), s.oid,
    CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
    CASE
      WHEN d.deptype = 'i' THEN epoch.identity_sequence(of_table, k.column_id)
      ELSE format('%I.%I', epoch.hidden_schema(of_table), s.relname)
    END
  FROM pg_depend AS d
  JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
  JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND NOT a.attisdropped
  JOIN epoch.table_columns AS k ON k.table_id = of_table AND k.number = a.attnum
  WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
    AND d.refobjid = epoch.users_table(of_table) AND d.deptype IN ('a', 'i')
$$;

-- Lets go of the sequences of columns of a live table, so that these can be dropped: of these columns, of all that branches
-- read but the key's where none are given. Open tables are closed for it, which are made anew when they are opened; those whose schema was
-- changed on the branch stay, and read the hidden sequence.
CREATE OR REPLACE FUNCTION epoch.release_sequences(of_table text, column_names text[] DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  part record;
BEGIN
  FOR part IN
    SELECT s.*, EXISTS (SELECT FROM epoch.readers_of_sequence(s.feeds) AS r WHERE r.is_open) AS is_open
    FROM epoch.owned_sequences(of_table) AS s
    JOIN epoch.tables AS t ON t.table_id = of_table AND s.column_name <> ALL (t.key_columns)
    WHERE coalesce(s.column_name = ANY (column_names), EXISTS (SELECT FROM epoch.readers_of_sequence(s.feeds)))
    ORDER BY s.column_name
  LOOP
    IF part.identity IS NOT NULL THEN
      PERFORM epoch.make_identity_sequence(of_table, part.column_id, part.type);
    ELSIF to_regclass(part.hidden) IS NULL THEN
      PERFORM epoch.ensure_hidden_schema(of_table);
      EXECUTE format('CREATE SEQUENCE %s AS %s', part.hidden, part.type);
      PERFORM epoch.grant_as_on(part.feeds, part.hidden);
    END IF;
    PERFORM epoch.advance_sequence(part.hidden, epoch.last_given(part.feeds::text));
    IF part.is_open THEN
      PERFORM epoch.close_open_tables(of_table, false);
    END IF;
    UPDATE epoch.open_columns AS o SET identity = part.identity
    FROM epoch.branch_tables AS p
    JOIN epoch.readers_of_sequence(part.feeds) AS r ON r.relation = p.open_id
    WHERE part.identity IS NOT NULL AND o.branch_id = p.branch_id AND o.table_id = p.table_id AND o.column_id = part.column_id;
    PERFORM epoch.read_other_sequence(part.feeds, part.hidden::regclass);
  END LOOP;
END
$$;

-- Gives a sequence the privileges that another one has, and its owner all.
CREATE OR REPLACE FUNCTION epoch.grant_as_on(source regclass, sequence_name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
  statement text;
BEGIN
  FOR statement IN
    SELECT format(
      'GRANT %s ON SEQUENCE %s TO %s', a.privilege_type, sequence_name,
      CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
    FROM pg_class AS c
    CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault('s', c.relowner))) AS a
    WHERE c.oid = source
  LOOP
    EXECUTE statement;
  END LOOP;
END
$$;

-- The other way, where columns are live again: rows and open tables of branches read their sequences, which go on behind
-- the hidden ones.
CREATE OR REPLACE FUNCTION epoch.regain_sequences(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  part record;
BEGIN
  FOR part IN
    SELECT s.* FROM epoch.owned_sequences(of_table) AS s WHERE to_regclass(s.hidden) IS NOT NULL ORDER BY s.column_name
  LOOP
    PERFORM epoch.advance_sequence(part.feeds::text, epoch.last_given(part.hidden));
    PERFORM epoch.read_other_sequence(part.hidden::regclass, part.feeds);
  END LOOP;
END
$$;

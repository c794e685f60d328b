-- Sequences of a branch's own. Branches share the sequences that columns of live tables read, so that their values do not
-- meet. A branch may have its own instead: copies in its second schema, which go on where the others stand when they are
-- first needed. All that the branch writes by reads the copies: open tables, views, overlays, records.
--
--   public.t_id_seq      --> <base schema>.t_id_seq     of a column of a live table
--   public.invoices      --> <base schema>.invoices     of no column: sessions name it
--
-- Sequences of columns that only branches have stay shared (hidden_sequences.sql). The log has the names of the sequences
-- that were copied: epoch.at_home. docs/adr/0069 says why.

ALTER TABLE epoch.branches ADD COLUMN IF NOT EXISTS own_sequences boolean NOT NULL DEFAULT false;

COMMENT ON COLUMN epoch.branches.own_sequences IS 'Whether the branch has copies of sequences; else it shares those of the live tables';

CREATE TABLE IF NOT EXISTS epoch.branch_sequences (
  branch_id text COLLATE "C" NOT NULL REFERENCES epoch.branches ON DELETE CASCADE,
  source text COLLATE "C" NOT NULL,
  own text COLLATE "C" UNIQUE,
  of_identity boolean NOT NULL,
  granted text,
  given bigint,
  PRIMARY KEY (branch_id, source)
);

COMMENT ON TABLE epoch.branch_sequences IS 'Sequences that branches have instead of others; names are quoted, and have their schemas';
COMMENT ON COLUMN epoch.branch_sequences.own IS 'The copy, null once it was dropped';
COMMENT ON COLUMN epoch.branch_sequences.of_identity IS 'The other one is of an identity column: no right is asked for it';
COMMENT ON COLUMN epoch.branch_sequences.granted IS 'Privileges on the other one that the copy has';
COMMENT ON COLUMN epoch.branch_sequences.given IS 'Last value of a copy that was dropped';

-- Columns of a relation that sequences of live tables feed.
--
--   is_plain   the column holds the sequence's values as they are
CREATE OR REPLACE FUNCTION epoch.fed_columns(relation regclass)
RETURNS TABLE (name text, feeds regclass, is_plain boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
  SELECT a.attname::text, s.oid::regclass, f.is_plain AND a.atttypid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
  FROM (
    SELECT d.adnum AS number, r.refobjid AS feeds,
      pg_get_expr(d.adbin, d.adrelid) ~ '^\(?(nextval|epoch\.identity_value)\(''[^'']*''::regclass\)\)?(::\w+)?$' AS is_plain
    FROM pg_attrdef AS d
    JOIN pg_depend AS r ON r.classid = 'pg_attrdef'::regclass AND r.objid = d.oid AND r.refclassid = 'pg_class'::regclass
    WHERE d.adrelid = relation
    UNION ALL
    SELECT r.refobjsubid, r.objid, true
    FROM pg_depend AS r
    WHERE r.refclassid = 'pg_class'::regclass AND r.refobjid = relation AND r.classid = 'pg_class'::regclass AND r.deptype = 'i'
  ) AS f
  JOIN pg_class AS s ON s.oid = f.feeds AND s.relkind = 'S'
  JOIN pg_attribute AS a ON a.attrelid = relation AND a.attnum = f.number
  WHERE epoch.is_live_sequence(s.oid)
$$;

-- Whether a sequence is neither of a branch nor of Epoch itself.
CREATE OR REPLACE FUNCTION epoch.is_live_sequence(sequence_oid oid) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT FROM pg_class AS s
    JOIN pg_namespace AS n ON n.oid = s.relnamespace AND n.nspname <> 'epoch' AND NOT epoch.is_for_branches(n.nspname)
    WHERE s.oid = sequence_oid
  )
$$;

-- The last value that a branch's copy of a sequence has given, also if it was dropped since; null if none.
CREATE OR REPLACE FUNCTION epoch.given_on(of_branch text, copied text) RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
  SELECT CASE WHEN to_regclass(q.own) IS NULL THEN q.given ELSE epoch.last_given(q.own) END
  FROM epoch.branch_sequences AS q
  WHERE q.branch_id = of_branch AND q.source = copied
$$;

-- The greatest value in a column, up to a bound unless that is null; the least one for a sequence that counts down. Looks at
-- no more than an index: what is given otherwise where none begins with the column.
CREATE OR REPLACE FUNCTION epoch.furthest_value(
  relation regclass, column_name text, counts_down boolean, bound bigint, otherwise bigint
) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  most bigint;
BEGIN
  IF relation IS NULL THEN
    RETURN NULL;
  ELSIF NOT EXISTS (
    SELECT FROM pg_index AS i
    JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    JOIN pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_am AS m ON m.oid = c.relam AND m.amname = 'btree'
    WHERE i.indrelid = relation AND i.indisvalid AND i.indpred IS NULL AND a.attname = column_name
  ) THEN
    RETURN otherwise;
  END IF;
  EXECUTE format(
    CASE
      WHEN counts_down THEN 'SELECT min(r.%I) FROM %s AS r WHERE $1 IS NULL OR r.%1$I >= $1'
      ELSE 'SELECT max(r.%I) FROM %s AS r WHERE $1 IS NULL OR r.%1$I <= $1'
    END,
    column_name, relation) INTO most USING bound;
  RETURN most;
END
$$;

-- The furthest of the values that a sequence has given, or rows have; nulls are none.
CREATE OR REPLACE FUNCTION epoch.furthest(counts_down boolean, VARIADIC numbers bigint[]) RETURNS bigint
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE WHEN counts_down THEN min(n) ELSE max(n) END FROM unnest(numbers) AS n
$$;

-- What a branch's copy of a sequence has to be behind: what copies of it have given before, on the branch and on those whose
-- rows it has, or these rows where that is not known. Live rows are behind the sequence itself.
CREATE OR REPLACE FUNCTION epoch.given_before(of_branch text, copied regclass) RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
  SELECT epoch.furthest(epoch.counts_down(copied), VARIADIC array_agg(coalesce(
    epoch.given_on(o.of, copied::text),
    (
      SELECT epoch.furthest(epoch.counts_down(copied), VARIADIC array_agg(epoch.furthest_value(
        to_regclass(format('epoch.%I', epoch.object_of('v', p.table_id, o.of))), c.name, epoch.counts_down(copied), NULL, NULL)))
      FROM epoch.fed_columns(f.relation) AS c
      WHERE c.feeds = copied AND c.is_plain
    ))))
  FROM (
    SELECT d.adrelid::regclass AS relation
    FROM pg_depend AS r JOIN pg_attrdef AS d ON d.oid = r.objid
    WHERE r.refclassid = 'pg_class'::regclass AND r.refobjid = copied AND r.classid = 'pg_attrdef'::regclass
    UNION
    SELECT r.refobjid
    FROM pg_depend AS r
    WHERE r.classid = 'pg_class'::regclass AND r.objid = copied AND r.deptype = 'i'
  ) AS f
  JOIN epoch.branch_tables AS p ON p.branch_id = of_branch AND epoch.users_table(p.table_id) = f.relation
  CROSS JOIN LATERAL unnest(ARRAY[of_branch, p.source_overlay]) AS o (of)
  JOIN epoch.branches AS b ON b.branch_id = o.of AND b.own_sequences
$$;

-- The sequence that columns of a branch read where those of the live table read this one: the branch's copy, which is made
-- unless it is there, or the sequence itself.
CREATE OR REPLACE FUNCTION epoch.sequence_on(of_branch text, live regclass) RETURNS regclass
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off SET client_min_messages = warning
AS $$
DECLARE
  b epoch.branches;
  s record;
  own regclass;
  base text;
  place text;
BEGIN
  SELECT * INTO STRICT b FROM epoch.branches WHERE branch_id = of_branch;
  IF NOT b.own_sequences OR NOT epoch.is_live_sequence(live) THEN
    RETURN live;
  END IF;
  FOR attempt IN 1 .. 2 LOOP
    SELECT to_regclass(q.own) INTO own FROM epoch.branch_sequences AS q
    WHERE q.branch_id = of_branch AND q.source = live::text;
    IF own IS NOT NULL THEN
      RETURN own;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('epoch own sequences ' || of_branch, 0));
  END LOOP;
  IF NOT (has_sequence_privilege(live, 'SELECT') AND has_sequence_privilege(live, 'UPDATE')) THEN
    RAISE EXCEPTION 'Role % may not read and set sequence %, of which branch "%" is to have its own', current_user, live, b.name
      USING ERRCODE = 'insufficient_privilege',
        HINT = format('GRANT SELECT, USAGE, UPDATE ON SEQUENCE %s TO %I', live, current_user);
  END IF;
  SELECT c.relname, format_type(q.seqtypid, NULL) AS type, q.*, EXISTS (
      SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = live AND d.deptype = 'i'
    ) AS of_identity
  INTO STRICT s
  FROM pg_sequence AS q JOIN pg_class AS c ON c.oid = q.seqrelid WHERE q.seqrelid = live;
  base := epoch.branch_schema('base', b.label, b.branch_id);
  IF to_regnamespace(quote_ident(base)) IS NULL THEN
    EXECUTE format('CREATE SCHEMA %I', base);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC', base);
  END IF;
  FOR n IN 0 .. 1000 LOOP
    place := format('%I.%I', base, CASE n WHEN 0 THEN s.relname ELSE left(s.relname, 58) || '_' || n END);
    -- one that is there is the branch's, and the catalog was lost
    EXIT WHEN to_regclass(place) IS NULL OR EXISTS (
      SELECT FROM pg_class AS c
      WHERE c.oid = to_regclass(place) AND c.relkind = 'S'
        AND NOT EXISTS (SELECT FROM epoch.branch_sequences AS q WHERE q.own = c.oid::regclass::text)
    );
  END LOOP;
  EXECUTE format(
    'CREATE SEQUENCE IF NOT EXISTS %s AS %s INCREMENT %s MINVALUE %s MAXVALUE %s START %s CACHE %s %s', place, s.type, s.seqincrement,
    s.seqmin, s.seqmax, s.seqstart, s.seqcache, CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END);
  IF epoch.last_given(place) IS NULL THEN
    EXECUTE format('SELECT setval(%L, last_value, is_called) FROM %s', place, live);
  END IF;
  PERFORM epoch.advance_sequence(place, epoch.given_before(of_branch, live));
  INSERT INTO epoch.branch_sequences AS q (branch_id, source, own, of_identity)
  VALUES (of_branch, live::text, place::regclass::text, s.of_identity)
  ON CONFLICT (branch_id, source) DO UPDATE SET own = excluded.own, of_identity = excluded.of_identity;
  PERFORM epoch.copy_sequence_privileges(of_branch, live);
  RETURN place::regclass;
END
$$;

-- Gives a branch's copy of a sequence the privileges that the sequence has; its owner has all.
CREATE OR REPLACE FUNCTION epoch.copy_sequence_privileges(of_branch text, live regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
  copied epoch.branch_sequences;
  source pg_class;
  statement text;
BEGIN
  SELECT * INTO STRICT copied FROM epoch.branch_sequences AS q WHERE q.branch_id = of_branch AND q.source = live::text FOR UPDATE;
  SELECT * INTO STRICT source FROM pg_class AS c WHERE c.oid = live;
  FOR statement IN
    SELECT DISTINCT format('REVOKE ALL ON SEQUENCE %s FROM %s CASCADE', copied.own, g.grantee)
    FROM pg_class AS c
    CROSS JOIN LATERAL aclexplode(c.relacl) AS a
    CROSS JOIN LATERAL (SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END) AS g (grantee)
    WHERE c.oid = copied.own::regclass AND a.grantee <> c.relowner
  LOOP
    EXECUTE statement;
  END LOOP;
  FOR statement IN
    SELECT format(
      'GRANT %s ON SEQUENCE %s TO %s%s', a.privilege_type, copied.own,
      CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
      CASE WHEN a.is_grantable AND a.grantee <> 0 THEN ' WITH GRANT OPTION' END)
    FROM aclexplode(coalesce(source.relacl, acldefault('s', source.relowner))) AS a
  LOOP
    EXECUTE statement;
  END LOOP;
  UPDATE epoch.branch_sequences AS q SET granted = source.relacl::text WHERE q.branch_id = of_branch AND q.source = live::text;
END
$$;

-- Makes defaults of a relation of a branch read what columns of the branch are to read.
CREATE OR REPLACE FUNCTION epoch.read_sequences_on(of_branch text, relation regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off SET client_min_messages = warning
AS $$
DECLARE
  part record;
BEGIN
  IF NOT EXISTS (SELECT FROM epoch.branches AS b WHERE b.branch_id = of_branch AND b.own_sequences) THEN
    RETURN;
  END IF;
  FOR part IN
    SELECT c.name, c.feeds, d.oid AS default_oid
    FROM epoch.fed_columns(relation) AS c
    JOIN pg_attribute AS a ON a.attrelid = relation AND a.attname = c.name
    JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LOOP
    EXECUTE format(
      -- tables that stand for layered ones are views: see epoch.note_alteration
      'ALTER %s %s ALTER %I SET DEFAULT %s',
      CASE WHEN (SELECT c.relkind FROM pg_class AS c WHERE c.oid = relation) = 'v' THEN 'VIEW' ELSE 'TABLE' END, relation,
      part.name, (
        SELECT replace(
          pg_get_expr(d.adbin, d.adrelid), quote_literal(part.feeds),
          quote_literal(epoch.sequence_on(of_branch, part.feeds)))
        FROM pg_attrdef AS d
        JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
        WHERE d.adrelid = relation AND a.attname = part.name
      ));
  END LOOP;
END
$$;

-- Makes the copies that sessions may name, of sequences that the branch's tables read and of those of no column, and gives
-- them the privileges that these have now; what Epoch's role may not read stays shared, if no column reads it. Tables that
-- were opened before the default branch had them read the copies from now on.
CREATE OR REPLACE FUNCTION epoch.make_own_sequences(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
DECLARE
  part record;
BEGIN
  IF NOT EXISTS (SELECT FROM epoch.branches AS b WHERE b.branch_id = of_branch AND b.own_sequences)
    OR current_setting('transaction_read_only')::boolean
  THEN
    RETURN;
  END IF;
  FOR part IN
    WITH placed AS MATERIALIZED (
      SELECT t.table_id, coalesce(t.home_schema, t.schema_name) AS home
      FROM epoch.branch_tables AS p JOIN epoch.tables AS t ON t.table_id = p.table_id
      WHERE p.branch_id = of_branch
    )
    SELECT c.oid::regclass AS feeds, q.own
    FROM (
      SELECT f.feeds FROM placed AS p CROSS JOIN LATERAL epoch.fed_columns(epoch.users_table(p.table_id)) AS f
      UNION
      SELECT c.oid
      FROM pg_class AS c
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE CASE WHEN c.relkind = 'S' AND c.relpersistence = 'p' AND n.nspname IN (SELECT p.home FROM placed AS p)
          THEN has_sequence_privilege(c.oid, 'SELECT') AND has_sequence_privilege(c.oid, 'UPDATE')
        END
        AND NOT EXISTS (
          SELECT FROM pg_depend AS d
          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i', 'e')
        )
    ) AS s
    JOIN pg_class AS c ON c.oid = s.feeds
    LEFT JOIN epoch.branch_sequences AS q ON q.branch_id = of_branch AND q.source = c.oid::regclass::text
    WHERE to_regclass(q.own) IS NULL OR q.granted IS DISTINCT FROM c.relacl::text
    ORDER BY c.oid::regclass::text
  LOOP
    PERFORM epoch.sequence_on(of_branch, part.feeds);
    PERFORM epoch.copy_sequence_privileges(of_branch, part.feeds) WHERE to_regclass(part.own) IS NOT NULL;
  END LOOP;
  PERFORM epoch.read_sequences_on(of_branch, p.open_relation::regclass)
  FROM epoch.branch_tables AS p
  WHERE p.branch_id = of_branch AND to_regclass(p.open_relation) IS NOT NULL
    AND EXISTS (SELECT FROM epoch.fed_columns(p.open_relation::regclass));
END
$$;

-- Lets the sequences that a branch's tables read go on behind rows that came from elsewhere, so that the next row does not
-- get a key that is there. Values that no sequence has given are left out: one of them may be the greatest that there is.
-- Where rows do not tell at a glance what came, a sequence goes behind all that copies have given.
-- Nothing happens where branches have no copies: no row comes then that the sequence is not behind.
CREATE OR REPLACE FUNCTION epoch.pass_sequences(of_branch text, tables text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off SET client_min_messages = warning
AS $$
DECLARE
  part record;
  target text;
  reached bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM epoch.branch_sequences) THEN
    RETURN;
  END IF;
  FOR part IN
    SELECT c.*, m.given, m.counts_down, b.own_sequences, p.source_overlay, CASE
        WHEN b.is_default THEN epoch.users_table(p.table_id)
        ELSE to_regclass(format('epoch.%I', epoch.object_of('v', p.table_id, of_branch)))
      END AS relation
    FROM epoch.branch_tables AS p
    JOIN epoch.branches AS b ON b.branch_id = p.branch_id
    CROSS JOIN LATERAL epoch.fed_columns(epoch.users_table(p.table_id)) AS c
    CROSS JOIN LATERAL (
      SELECT epoch.counts_down(c.feeds) AS counts_down,
        epoch.furthest(epoch.counts_down(c.feeds), VARIADIC array_agg(epoch.given_on(q.branch_id, q.source))) AS given
      FROM epoch.branch_sequences AS q WHERE q.source = c.feeds::text
    ) AS m
    WHERE p.branch_id = of_branch AND p.table_id = ANY (tables) AND m.given IS NOT NULL
  LOOP
    target := CASE
      WHEN part.own_sequences THEN (
        SELECT q.own FROM epoch.branch_sequences AS q WHERE q.branch_id = of_branch AND q.source = part.feeds::text)
      ELSE part.feeds::text
    END;
    CONTINUE WHEN to_regclass(target) IS NULL;
    reached := CASE WHEN part.own_sequences THEN epoch.last_given(part.feeds::text) END;
    reached := epoch.furthest(part.counts_down, reached, epoch.given_on(part.source_overlay, part.feeds::text), CASE
      WHEN NOT part.is_plain THEN part.given
      ELSE epoch.furthest_value(
        part.relation, part.name, part.counts_down,
        epoch.furthest(part.counts_down, part.given, epoch.last_given(part.feeds::text)), part.given)
    END);
    PERFORM epoch.advance_sequence(target, reached);
  END LOOP;
END
$$;

-- Lets copies that were made to restore a branch go on behind its rows.
--
--   known   sequences of which the branch had copies before
CREATE OR REPLACE FUNCTION epoch.pass_restored_rows(of_branch text, of_table text, known text[]) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
  SELECT epoch.advance_sequence(
    q.own, epoch.furthest_value(
      to_regclass(format('epoch.%I', epoch.object_of('v', of_table, of_branch))), c.name, epoch.counts_down(c.feeds), NULL, NULL))
  FROM epoch.fed_columns(epoch.users_table(of_table)) AS c
  JOIN epoch.branch_sequences AS q ON q.branch_id = of_branch AND q.source = c.feeds::text AND q.own IS NOT NULL
  WHERE c.is_plain AND c.feeds::text <> ALL (known)
$$;

-- Drops the copies that a branch has, and takes note of what they have given.
CREATE OR REPLACE FUNCTION epoch.drop_own_sequences(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off SET client_min_messages = warning
AS $$
DECLARE
  b epoch.branches;
  copied epoch.branch_sequences;
BEGIN
  SELECT * INTO b FROM epoch.branches WHERE branch_id = of_branch;
  FOR copied IN SELECT * FROM epoch.branch_sequences AS q WHERE q.branch_id = of_branch AND q.own IS NOT NULL LOOP
    UPDATE epoch.branch_sequences AS q SET own = NULL, given = epoch.given_on(of_branch, copied.source)
    WHERE q.branch_id = of_branch AND q.source = copied.source;
    EXECUTE format('DROP SEQUENCE IF EXISTS %s CASCADE', copied.own);
  END LOOP;
  IF FOUND AND b.base_schema IS NULL THEN
    PERFORM epoch.drop_schema_of_views(epoch.branch_schema('base', b.label, b.branch_id));
  END IF;
END
$$;

-- Columns of registered tables, and how what Epoch keeps beside a table follows changes of its columns. Working sets,
-- histories and overlays of a table have one set of columns: those of the live table under its names, and those that went
-- under names of Epoch's. So every state can be read with the columns of any.

CREATE TABLE IF NOT EXISTS epoch.table_columns (
  table_id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  column_id text COLLATE "C" NOT NULL,
  number integer,
  type text NOT NULL,
  collation_clause text NOT NULL DEFAULT '',
  initial text,
  filled boolean NOT NULL DEFAULT false,
  PRIMARY KEY (table_id, name)
);

COMMENT ON TABLE epoch.table_columns IS 'Columns of images of registered tables';
COMMENT ON COLUMN epoch.table_columns.name IS 'In images and overlays; of a column that the live table has, its name there';
COMMENT ON COLUMN epoch.table_columns.column_id IS 'Its identity in the log: the name under which the table first had it';
COMMENT ON COLUMN epoch.table_columns.number IS 'pg_attribute.attnum in the live table; null if it went there';
COMMENT ON COLUMN epoch.table_columns.initial IS 'What rows had here when the column was added to them; null for NULL';
COMMENT ON COLUMN epoch.table_columns.filled IS 'Rows were given values of their own when the column was added, without a trigger';

ALTER TABLE epoch.table_columns ADD COLUMN IF NOT EXISTS kept boolean NOT NULL DEFAULT false;
ALTER TABLE epoch.tables ADD COLUMN IF NOT EXISTS live_oid oid;
ALTER TABLE epoch.tables ADD COLUMN IF NOT EXISTS file_nodes text;
ALTER TABLE epoch.branch_tables ADD COLUMN IF NOT EXISTS shown text[];

COMMENT ON COLUMN epoch.table_columns.kept IS 'Went, and images have all values that it had';
COMMENT ON COLUMN epoch.tables.live_oid IS 'Of the live table when its columns were last looked at';
COMMENT ON COLUMN epoch.tables.file_nodes IS 'Digest of the files of the live table then: another one if it was rewritten since';
COMMENT ON COLUMN epoch.branch_tables.shown IS 'Ids of the columns that the branch has; null for all';

-- Stored columns of the live table as they are now.
CREATE OR REPLACE FUNCTION epoch.live_columns(live regclass)
RETURNS TABLE (number integer, name text, type text, collation_clause text, initial text, has_initial boolean)
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
  SELECT a.attnum::integer, a.attname::text, epoch.base_type(a.atttypid, a.atttypmod),
    CASE WHEN l.collname <> 'default' THEN format(' COLLATE %I.%I', n.nspname, l.collname) ELSE '' END,
    CASE WHEN a.atthasmissing THEN (a.attmissingval::text::text[])[1] END,
    a.atthasmissing
  FROM pg_attribute AS a
  LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
  LEFT JOIN pg_namespace AS n ON n.oid = l.collnamespace
  WHERE a.attrelid = live AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
$$;

CREATE OR REPLACE FUNCTION epoch.file_nodes(live regclass) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  -- each looked up by itself: a join would read the whole of pg_class
  SELECT md5(string_agg(
    concat(w::oid, ' ', (SELECT c.relfilenode FROM pg_class AS c WHERE c.oid = w)), ',' ORDER BY w::oid))
  FROM epoch.written_tables(live) AS w
$$;

-- An identity for a column that the table has not had yet.
CREATE OR REPLACE FUNCTION epoch.new_column_id(of_table text, named text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE n WHEN 1 THEN named ELSE named || '~' || n END
  FROM generate_series(1, 2000) AS n
  WHERE NOT EXISTS (
    SELECT FROM epoch.table_columns AS k
    WHERE k.table_id = of_table AND k.column_id = CASE n WHEN 1 THEN named ELSE named || '~' || n END
  )
  ORDER BY n
  LIMIT 1
$$;

-- Names that labels of enums have been seen with: ALTER TYPE renames them for rows of the past, too.
CREATE TABLE IF NOT EXISTS epoch.label_names (
  label oid NOT NULL,
  name text COLLATE "C" NOT NULL,
  PRIMARY KEY (label, name)
);

-- Labels of the enums that a table's columns are of, or are made of, in their order, and the names that they have been seen
-- with; notes those of now.
CREATE OR REPLACE FUNCTION epoch.seen_labels(of_table text)
RETURNS TABLE (type text, label text, number bigint, names text[])
LANGUAGE sql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
  INSERT INTO epoch.label_names (label, name)
  SELECT e.oid, e.enumlabel
  FROM pg_enum AS e
  WHERE e.enumtypid IN (SELECT epoch.enums_of(epoch.users_table(of_table)))
  ON CONFLICT DO NOTHING;
  SELECT format_type(e.enumtypid, NULL), e.enumlabel::text, e.oid::bigint,
    ARRAY(SELECT s.name FROM epoch.label_names AS s WHERE s.label = e.oid)
  FROM pg_enum AS e
  WHERE e.enumtypid IN (SELECT epoch.enums_of(epoch.users_table(of_table)))
  ORDER BY e.enumtypid, e.enumsortorder
$$;

-- Enums that columns of a relation are of, whatever is between.
CREATE OR REPLACE FUNCTION epoch.enums_of(relation regclass) RETURNS SETOF oid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE made (oid) AS (
    SELECT a.atttypid FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attnum > 0 AND a.atttypid >= 16384
    UNION
    SELECT part.oid
    FROM made AS m
    JOIN pg_type AS t ON t.oid = m.oid
    CROSS JOIN LATERAL (SELECT t.typelem UNION ALL SELECT t.typbasetype) AS part (oid)
    WHERE part.oid >= 16384
  )
  SELECT m.oid FROM made AS m JOIN pg_type AS t ON t.oid = m.oid AND t.typtype = 'e'
$$;

-- Notes the columns of a table that is registered now.
CREATE OR REPLACE FUNCTION epoch.note_columns(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  live regclass := epoch.users_table(of_table);
BEGIN
  INSERT INTO epoch.table_columns (table_id, name, column_id, number, type, collation_clause)
  SELECT of_table, c.name, c.name, c.number, c.type, c.collation_clause
  FROM epoch.live_columns(live) AS c
  ON CONFLICT DO NOTHING;
  UPDATE epoch.tables SET live_oid = live, file_nodes = epoch.file_nodes(live) WHERE table_id = of_table;
  PERFORM epoch.seen_labels(of_table);
END
$$;

-- What became of a registered table that has not its name any more, told by the capture that it carries along: its changes
-- are captured as ever.
CREATE OR REPLACE FUNCTION epoch.whereabouts(of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(
    (
      SELECT format('it was %s %s; ', CASE n.nspname WHEN t.schema_name THEN 'renamed to' ELSE 'moved to' END, c.oid::regclass)
        || concat_ws(
          ' and ',
          CASE WHEN c.relname <> t.table_name THEN format('ALTER TABLE %s RENAME TO %I', c.oid::regclass, t.table_name) END,
          CASE WHEN n.nspname <> t.schema_name THEN format('ALTER TABLE %I.%I SET SCHEMA %I', n.nspname, t.table_name, t.schema_name) END)
        || ' takes that back'
      FROM pg_proc AS p
      JOIN pg_trigger AS g ON g.tgfoid = p.oid AND g.tgname = 'epoch_capture_update'
      JOIN pg_class AS c ON c.oid = g.tgrelid AND NOT c.relispartition
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE p.pronamespace = 'epoch'::regnamespace
        AND p.proname = t.label || CASE WHEN t.append_only THEN '__ac_' ELSE '__c_' END || t.table_id
        AND (n.nspname, c.relname) <> (t.schema_name, t.table_name)
      ORDER BY c.oid
      LIMIT 1
    ), 'it was dropped')
  FROM epoch.tables AS t WHERE t.table_id = of_table
$$;


-- Why what stands under the name of a registered table is another one; null if it is not.
CREATE OR REPLACE FUNCTION epoch.identity_change(of_table text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  live regclass := epoch.users_table(of_table);
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  IF live IS NULL THEN
    RETURN epoch.whereabouts(of_table);
  END IF;
  IF NOT EXISTS (
    SELECT
    FROM pg_trigger AS g
    JOIN pg_proc AS p ON p.oid = g.tgfoid
    WHERE g.tgrelid = live AND g.tgname = 'epoch_capture_update'
      AND p.proname = t.label || CASE WHEN t.append_only THEN '__ac_' ELSE '__c_' END || t.table_id
  ) THEN
    RETURN concat_ws('; ', 'a table that is not captured has taken its name', nullif(epoch.whereabouts(of_table), 'it was dropped'));
  END IF;
  RETURN NULL;
END
$$;

-- Images and rows of a table beside its live rows: all have its columns, but for working sets of open tables (o), which
-- have its key.
CREATE OR REPLACE FUNCTION epoch.layers(of_table text)
RETURNS TABLE (kind text, branch_id text, relation text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT layer.*
  FROM (
    SELECT layer.kind, NULL::text, format('epoch.%I', epoch.object_of(layer.kind, of_table))
    FROM unnest(ARRAY['w', 'h']) AS layer (kind)
    UNION ALL
    SELECT layer.kind, p.branch_id, format('epoch.%I', epoch.object_of(layer.kind, of_table, p.branch_id))
    FROM epoch.branch_tables AS p
    CROSS JOIN unnest(ARRAY['v', 'vw', 'vh', 'o']) AS layer (kind)
    WHERE p.table_id = of_table AND p.has_overlay AND (layer.kind <> 'o' OR p.open_relation IS NOT NULL)
  ) AS layer (kind, branch_id, relation)
  -- lost ones are made anew with the columns of the table
  WHERE to_regclass(layer.relation) IS NOT NULL
$$;

-- Renames a column in all layers; a key column also where there is nothing but the key.
CREATE OR REPLACE FUNCTION epoch.rename_layer_column(of_table text, former text, later text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  layer text;
BEGIN
  FOR layer IN
    SELECT l.relation FROM epoch.layers(of_table) AS l
    UNION ALL
    SELECT format('epoch.%I', epoch.object_of('d', of_table, p.branch_id))
    FROM epoch.branch_tables AS p WHERE p.table_id = of_table AND p.has_overlay
    UNION ALL
    SELECT format('epoch.%I', epoch.object_of('k', of_table))
    ORDER BY 1
  LOOP
    IF EXISTS (
      SELECT FROM pg_attribute
      WHERE attrelid = to_regclass(layer) AND attname = former AND NOT attisdropped
    ) THEN
      EXECUTE format('ALTER TABLE %s RENAME %I TO %I', layer, former, later);
    END IF;
  END LOOP;
END
$$;

-- Gives one layer a column: rows that are there read the initial value, without being written.
CREATE OR REPLACE FUNCTION epoch.add_layer_column(
  layer_kind text, layer text, named text, of_type text, initial text
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format(
    'ALTER TABLE %s ADD COLUMN %I %s%s', layer, named, of_type,
    CASE WHEN initial IS NULL THEN '' ELSE format(' DEFAULT %L', initial) END);
  IF layer_kind <> 'v' AND EXISTS (
    SELECT FROM pg_attribute
    WHERE attrelid = layer::regclass AND attname = named AND attstorage = 'x'
  ) THEN
    EXECUTE format('ALTER TABLE %s ALTER %I SET STORAGE EXTERNAL', layer, named);
  END IF;
END
$$;

-- Whether each value of one type is a value of the other, too: nothing is lost when a column changes from one to the other.
CREATE OR REPLACE FUNCTION epoch.keeps_values(from_type text, to_type text) RETURNS boolean
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN from_type = to_type THEN true
    WHEN from_type IN ('smallint', 'integer') AND to_type IN ('integer', 'bigint') THEN from_type <> to_type
    WHEN from_type ~ '^(text$|character varying)' AND to_type ~ '^(text$|character varying)' THEN coalesce(
      substring(from_type FROM '\d+')::integer <= substring(to_type FROM '\d+')::integer, to_type !~ '\d')
    WHEN from_type ~ '^numeric' AND to_type ~ '^numeric' THEN coalesce(
      (
        SELECT t[2]::integer >= f[2]::integer AND t[1]::integer - t[2]::integer >= f[1]::integer - f[2]::integer
        FROM regexp_match(from_type, '\((\d+),(-?\d+)\)') AS f, regexp_match(to_type, '\((\d+),(-?\d+)\)') AS t
      ),
      to_type = 'numeric')
    ELSE false
  END
$$;

-- A text of one type as another type has it; null where that has none.
CREATE OR REPLACE FUNCTION epoch.converted(value text, from_type text, to_type text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  converted text;
BEGIN
  EXECUTE format('SELECT (%L::%s)::text::%s::text', value, from_type, to_type) INTO converted;
  RETURN converted;
EXCEPTION WHEN data_exception OR cannot_coerce OR check_violation THEN
  RETURN NULL;
END
$$;

-- Fills a column of a layer from that which it takes the place of, as far as its type has such values.
DROP FUNCTION IF EXISTS epoch.convert_layer_column(text, text, text, text, text);
CREATE OR REPLACE FUNCTION epoch.convert_layer_column(
  layer_kind text, layer text, former text, later text, to_type text, only_missing boolean DEFAULT false
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  missing text := CASE WHEN only_missing THEN format(' AND %I IS NOT DISTINCT FROM NULL', later) ELSE '' END;
BEGIN
  IF layer_kind = 'v' THEN
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', layer);
  END IF;
  BEGIN
    EXECUTE format(
      'UPDATE %s SET %I = %I::text::%s WHERE %3$I IS DISTINCT FROM NULL%5$s', layer, later, former, to_type, missing);
  EXCEPTION WHEN data_exception OR cannot_coerce THEN
    EXECUTE format(
      'UPDATE %1$s SET %2$I = epoch.converted(%3$I::text, %4$L, %4$L)::%4$s WHERE %3$I IS DISTINCT FROM NULL%5$s',
      layer, later, former, to_type, missing);
  END;
  IF layer_kind = 'v' THEN
    EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', layer);
  END IF;
END
$$;

-- Whether the head of a branch has a column with a type; one that is like the live table does not say.
CREATE OR REPLACE FUNCTION epoch.defines_type(of_branch text, of_table text, of_id text, of_type text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT FROM epoch.branch_tables AS p
    CROSS JOIN LATERAL jsonb_array_elements(p.definition -> 'columns') AS c
    WHERE p.branch_id = of_branch AND p.table_id = of_table AND c ->> 'id' = of_id
      AND of_type IN (c #>> '{type,name}', c #>> '{type,element,name}')
  )
$$;

-- Fills a column that has a type again which it had before. Images that hold it are of that time: they keep what they have,
-- others get what there was in its place. So do rows of branches of that type; rows of other branches hold what is old.
CREATE OR REPLACE FUNCTION epoch.refill_layers(of_table text, of_id text, former text, later text, to_type text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  layer record;
  stays boolean;
BEGIN
  FOR layer IN SELECT * FROM epoch.layers(of_table) WHERE kind NOT IN ('o', 'open') ORDER BY relation LOOP
    stays := layer.kind <> 'v' OR epoch.defines_type(layer.branch_id, of_table, of_id, to_type);
    PERFORM epoch.convert_layer_column(layer.kind, layer.relation, former, later, to_type, stays);
  END LOOP;
END
$$;

-- Rows of an overlay keep to what the live table demands now, no more: what it demands is checked by the branch's views.
CREATE OR REPLACE FUNCTION epoch.relax_overlay(of_table text, of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  live regclass := epoch.users_table(of_table);
  overlay regclass := to_regclass(format('epoch.%I', epoch.object_of('v', of_table, of_branch)));
  statement text;
BEGIN
  FOR statement IN
    SELECT format('ALTER TABLE %s ALTER %I DROP NOT NULL', overlay, o.attname)
    FROM pg_attribute AS o
    LEFT JOIN pg_attribute AS a ON a.attrelid = live AND a.attname = o.attname AND NOT a.attisdropped
    JOIN epoch.tables AS t ON t.table_id = of_table
    WHERE o.attrelid = overlay AND o.attnum > 0 AND NOT o.attisdropped AND o.attnotnull
      AND o.attname <> ALL (t.key_columns)
      AND (
        a.attnotnull IS NOT TRUE
        OR o.attname <> ALL (epoch.shown_columns(of_branch, of_table, ARRAY[o.attname::text]))
      )
    UNION ALL
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', overlay, c.conname)
    FROM pg_constraint AS c
    WHERE c.conrelid = overlay AND c.contype = 'c' AND NOT EXISTS (
      SELECT FROM pg_constraint AS l
      WHERE l.conrelid = live AND l.contype = 'c' AND pg_get_constraintdef(l.oid) = pg_get_constraintdef(c.oid)
    )
    UNION ALL
    SELECT CASE
        WHEN c.oid IS NULL THEN format('DROP INDEX epoch.%I', x.relname)
        ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', overlay, c.conname)
      END
    FROM pg_index AS i
    JOIN pg_class AS x ON x.oid = i.indexrelid
    JOIN epoch.tables AS t ON t.table_id = of_table AND NOT t.append_only AND NOT t.key_counted
    LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid AND c.conrelid = overlay AND c.contype IN ('u', 'x')
    WHERE i.indrelid = overlay AND (i.indisunique OR i.indisexclusion) AND NOT i.indisprimary AND NOT EXISTS (
      SELECT FROM pg_index AS l
      WHERE l.indrelid = live
        AND substring(pg_get_indexdef(l.indexrelid) FROM ' USING .*')
          = substring(pg_get_indexdef(i.indexrelid) FROM ' USING .*')
    )
  LOOP
    EXECUTE statement;
  END LOOP;
END
$$;

-- Columns of the live table among these that a branch has.
CREATE OR REPLACE FUNCTION epoch.shown_columns(of_branch text, of_table text, among text[]) RETURNS text[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  hidden text[] := ARRAY(
    SELECT k.name
    FROM epoch.branch_tables AS p
    JOIN epoch.table_columns AS k ON k.table_id = p.table_id
    WHERE p.branch_id = of_branch AND p.table_id = of_table AND k.column_id <> ALL (p.shown));
BEGIN
  RETURN CASE
    WHEN hidden = '{}' THEN coalesce(among, '{}')
    ELSE ARRAY(
      SELECT c.name FROM unnest(among) WITH ORDINALITY AS c (name, place)
      WHERE (c.name = ANY (hidden)) IS NOT TRUE ORDER BY c.place)
  END;
END
$$;

-- Columns of the live table that a branch does not have.
CREATE OR REPLACE FUNCTION epoch.hidden_columns(of_branch text, of_table text) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(array_agg(k.name), '{}')
  FROM epoch.branch_tables AS p
  JOIN epoch.table_columns AS k ON k.table_id = p.table_id AND k.number IS NOT NULL
  WHERE p.branch_id = of_branch AND p.table_id = of_table AND k.column_id <> ALL (p.shown)
$$;

-- Gives a relation that was made like the live table the columns that other layers have beside those.
CREATE OR REPLACE FUNCTION epoch.add_gone_columns(of_table text, layer_kind text, layer text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  gone epoch.table_columns;
BEGIN
  FOR gone IN SELECT * FROM epoch.table_columns WHERE table_id = of_table AND number IS NULL ORDER BY name LOOP
    PERFORM epoch.add_layer_column(layer_kind, layer, gone.name, gone.type || gone.collation_clause, gone.initial);
  END LOOP;
END
$$;

-- Makes a column that the log knows of and the layers do not, as one that went. Of an enum, or an array of one, the labels are
-- given: where the live schema has none with these, they are kept as text.
DROP FUNCTION IF EXISTS epoch.put_gone_column(text, text, text, text, boolean);
CREATE OR REPLACE FUNCTION epoch.put_gone_column(
  of_table text, new_id text, of_type text, value text, is_filled boolean, labels text[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM epoch.table_columns AS k WHERE k.table_id = of_table AND k.column_id = new_id) THEN
    IF epoch.labels_missing(labels, of_type) <> '{}' THEN
      PERFORM epoch.put_branch_column(
        of_table, new_id, CASE WHEN of_type LIKE '%[]' THEN 'text[]' ELSE 'text' END, '', value, is_filled, of_type);
    ELSE
      PERFORM epoch.put_branch_column(of_table, new_id, of_type, '', value, is_filled, NULL);
    END IF;
    UPDATE epoch.table_columns AS k
    SET never_live = false, labels = CASE WHEN k.stands_for IS NOT NULL THEN put_gone_column.labels END
    WHERE k.table_id = of_table AND k.column_id = new_id;
  END IF;
END
$$;

-- Gives a new overlay, which is like the live table, the columns of other layers that went, and hides what the branch does
-- not have: rows get the initial value there, as those that were there before the column.
CREATE OR REPLACE FUNCTION epoch.fit_overlay(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  layer text;
  gone epoch.table_columns;
BEGIN
  FOREACH layer IN ARRAY ARRAY['v', 'vw', 'vh'] LOOP
    PERFORM epoch.add_gone_columns(of_table, layer, format('epoch.%I', epoch.object_of(layer, of_table, of_branch)));
  END LOOP;
  FOR gone IN
    SELECT * FROM epoch.table_columns
    WHERE table_id = of_table AND number IS NOT NULL AND name = ANY (epoch.hidden_columns(of_branch, of_table))
      AND name = ANY (epoch.writable_columns(epoch.users_table(of_table)))
  LOOP
    EXECUTE format(
      'ALTER TABLE epoch.%I ALTER %I SET DEFAULT %L, ALTER %2$I DROP NOT NULL',
      epoch.object_of('v', of_table, of_branch), gone.name, gone.initial);
  END LOOP;
  IF epoch.has_definition(of_branch, of_table) THEN
    PERFORM epoch.loosen_overlay(of_branch, of_table);
  END IF;
  PERFORM epoch.relax_overlay(of_table, of_branch);
END
$$;

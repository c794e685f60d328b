-- Parts of generated SQL that are about columns.

-- a.x, a.y
CREATE OR REPLACE FUNCTION epoch.column_list(columns text[], alias text DEFAULT NULL) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(coalesce(quote_ident(alias) || '.', '') || quote_ident(c.name), ', ' ORDER BY c.place)
  FROM unnest(columns) WITH ORDINALITY AS c (name, place)
$$;

-- The type behind domains of any depth. An enum of a branch's own is a text.
CREATE OR REPLACE FUNCTION epoch.base_type(of_type oid, of_typmod integer) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
  WITH RECURSIVE chain (type, typmod) AS (
    SELECT of_type, of_typmod
    UNION ALL
    SELECT t.typbasetype, t.typtypmod
    FROM chain
    JOIN pg_type AS t ON t.oid = chain.type AND t.typtype = 'd'
  )
  SELECT CASE
    WHEN chain.type < 16384 OR NOT epoch.is_own_enum(chain.type) THEN format_type(chain.type, chain.typmod)
    WHEN t.typtype = 'e' THEN 'text'
    ELSE 'text[]'
  END
  FROM chain
  JOIN pg_type AS t ON t.oid = chain.type AND t.typtype <> 'd'
$$;

-- The equality operator that orders a type's values in a B-tree: schema-qualified, since the operator of
-- an extension's type is not in pg_catalog, and another one there would be taken in silence. In PL/pgSQL, which plans
-- this once per session: it is asked hundreds of times to make what belongs to one table.
CREATE OR REPLACE FUNCTION epoch.equality(of_type oid) RETURNS text
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  base oid := of_type;
BEGIN
  -- int8, int4, text, date, timestamp, timestamptz, numeric, uuid: a type has one class of that kind, and these have theirs
  IF of_type = ANY ('{20,23,25,1082,1114,1184,1700,2950}') THEN
    RETURN 'OPERATOR(pg_catalog.=)';
  END IF;
  WHILE EXISTS (SELECT FROM pg_type AS t WHERE t.oid = base AND t.typtype = 'd') LOOP
    base := (SELECT t.typbasetype FROM pg_type AS t WHERE t.oid = base);
  END LOOP;
  RETURN coalesce(
    (
      SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
      FROM pg_opclass AS c
      JOIN pg_am AS m ON m.oid = c.opcmethod AND m.amname = 'btree'
      JOIN pg_amop AS a ON a.amopfamily = c.opcfamily AND a.amopstrategy = 3
        AND a.amoplefttype = c.opcintype AND a.amoprighttype = c.opcintype
      JOIN pg_operator AS o ON o.oid = a.amopopr
      JOIN pg_namespace AS n ON n.oid = o.oprnamespace
      WHERE c.opcintype = base AND c.opcdefault
    ),
    'OPERATOR(pg_catalog.=)');
END
$$;

-- l.a OPERATOR(pg_catalog.=) r.a AND ...: for the columns of a registered table.
CREATE OR REPLACE FUNCTION epoch.columns_match(
  of_table text, columns text[], left_alias text, right_alias text
) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(
    format('%I.%I %s %I.%I', left_alias, c.name, epoch.equality(a.atttypid), right_alias, c.name),
    ' AND ' ORDER BY c.place
  )
  FROM unnest(columns) WITH ORDINALITY AS c (name, place)
  JOIN pg_attribute AS a ON a.attrelid = epoch.live_table(of_table) AND a.attname = c.name
$$;

-- The key of both sides is the same.
CREATE OR REPLACE FUNCTION epoch.key_match(of_table text, left_alias text, right_alias text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT epoch.columns_match(t.table_id, t.key_columns, left_alias, right_alias)
  FROM epoch.tables AS t
  WHERE t.table_id = of_table
$$;

-- Columns of a table that hold a value of their own: virtual generated columns have none.
CREATE OR REPLACE FUNCTION epoch.stored_columns(of_table regclass) RETURNS text[]
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT array_agg(a.attname::text ORDER BY a.attnum)
  FROM pg_attribute AS a
  WHERE a.attrelid = of_table AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
$$;

-- Columns of a table that a statement may give a value.
CREATE OR REPLACE FUNCTION epoch.writable_columns(of_table regclass) RETURNS text[]
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT array_agg(a.attname::text ORDER BY a.attnum)
  FROM pg_attribute AS a
  WHERE a.attrelid = of_table AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
$$;

-- Definitions of columns as images have them. A domain's constraints would refuse the nulls of images that only have a key,
-- so columns are of the type behind it.
CREATE OR REPLACE FUNCTION epoch.image_definitions(of_table regclass, columns text[]) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(
    format('%I %s%s', c.name, epoch.base_type(a.atttypid, a.atttypmod),
      CASE WHEN l.collname <> 'default' THEN format(' COLLATE %I.%I', n.nspname, l.collname) END),
    ', ' ORDER BY c.place)
  FROM unnest(columns) WITH ORDINALITY AS c (name, place)
  JOIN pg_attribute AS a ON a.attrelid = of_table AND a.attname = c.name
  LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
  LEFT JOIN pg_namespace AS n ON n.oid = l.collnamespace
$$;

-- Gives a new table of Epoch a page, and leaves its values as they come. A table without a single page is taken for free to
-- scan, once for each row of another: plans made then would do that when there are rows. What comes is compressed already if
-- it can be; PostgreSQL would try again with each value of a row that is moved: 3 s for 50 MB that do not compress, while
-- writers wait.
--
--   changes   what follows ALTER TABLE, beside that
CREATE OR REPLACE FUNCTION epoch.prepare_image_table(name text, changes text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format('INSERT INTO epoch.%I DEFAULT VALUES', name);
  EXECUTE format('DELETE FROM epoch.%I', name);
  EXECUTE format(
    'ALTER TABLE epoch.%I %s', name, array_to_string(changes || 'SET (vacuum_truncate = off)'::text || ARRAY(
      SELECT format('ALTER %I SET STORAGE EXTERNAL', a.attname)
      FROM pg_attribute AS a
      WHERE a.attrelid = format('epoch.%I', name)::regclass AND a.attnum > 0 AND a.attstorage = 'x'
    ), ', '));
END
$$;

-- Makes a table for images of rows: typed columns without constraints.
CREATE OR REPLACE FUNCTION epoch.create_image_table(
  name text, of_table regclass, columns text[], key_columns text[], is_history boolean
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format(
    'CREATE TABLE epoch.%I (epoch_kind smallint, %s%s)',
    name, CASE WHEN is_history THEN 'epoch_from bigint, epoch_to bigint, ' ELSE '' END,
    epoch.image_definitions(of_table, columns));
  PERFORM epoch.prepare_image_table(name, ARRAY[
    'ALTER epoch_kind SET NOT NULL',
    CASE WHEN is_history THEN 'ALTER epoch_from SET NOT NULL' END,
    format('ADD PRIMARY KEY (%s%s)', epoch.column_list(key_columns), CASE WHEN is_history THEN ', epoch_to' ELSE '' END)]);
  IF is_history THEN
    EXECUTE format('CREATE INDEX ON epoch.%I (epoch_to)', name);
  END IF;
END
$$;

-- The columns of a table with their types, in order: equal for a table and the images of its rows.
CREATE OR REPLACE FUNCTION epoch.shape(of_table regclass) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(
    quote_ident(a.attname) || ' ' || epoch.base_type(a.atttypid, a.atttypmod)
      || CASE WHEN a.attcollation IN (0, 100) THEN '' ELSE ' collation ' || a.attcollation END,
    ', ' ORDER BY a.attnum
  )
  FROM pg_attribute AS a
  WHERE a.attrelid = of_table AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
    AND a.attname NOT IN ('epoch_kind', 'epoch_from', 'epoch_to')
$$;

-- The greatest number of a column that has values.
CREATE OR REPLACE FUNCTION epoch.last_column(of_table regclass) RETURNS integer
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT max(a.attnum)::integer
  FROM pg_attribute AS a
  WHERE a.attrelid = of_table AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
$$;

-- What has become of a registered table since, so that its rows cannot be told from images any more; null if nothing.
-- A column that was dropped and added again looks the same, but its values went without a trigger; it is known by its
-- number, which is greater than all before. (Numbers get smaller when a dump is restored: that is no sign.)
-- Every read asks this: what is slow (types behind domains, the text of an answer, calls of epoch.object_name) is done only
-- where it is needed.
CREATE OR REPLACE FUNCTION epoch.shape_change(of_table text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  live regclass;
  images regclass;
  names text[];
  last_number integer;
  fits boolean;
BEGIN
  SELECT * INTO t FROM epoch.tables WHERE table_id = of_table;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  live := to_regclass(quote_ident(t.schema_name) || '.' || quote_ident(t.table_name));
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
    RETURN 'a table that is not captured has taken its name';
  END IF;
  images := to_regclass('epoch.' || t.label || '__w_' || t.table_id);
  SELECT array_agg(a.attname::text ORDER BY a.attnum), max(a.attnum),
    bool_and(
      coalesce(
        w.attcollation = a.attcollation
          AND CASE
            WHEN w.atttypid = a.atttypid THEN w.atttypmod = a.atttypmod
            ELSE epoch.base_type(a.atttypid, a.atttypmod) = format_type(w.atttypid, w.atttypmod)
          END,
        false
      )
    )
  INTO names, last_number, fits
  FROM pg_attribute AS a
  LEFT JOIN pg_attribute AS w ON w.attrelid = images AND w.attname = a.attname
  WHERE a.attrelid = live AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v';
  IF NOT fits OR names || (CASE WHEN t.append_only THEN ARRAY['epoch_row'] ELSE '{}' END) <> t.columns THEN
    RETURN format('its columns were (%s) and are (%s)', epoch.shape(images), epoch.shape(live));
  END IF;
  IF last_number > t.last_column THEN
    RETURN 'a column was dropped and added again';
  END IF;
  RETURN NULL;
END
$$;

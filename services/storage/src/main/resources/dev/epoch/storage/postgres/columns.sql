-- Parts of generated SQL that are about columns.

-- a.x, a.y
CREATE OR REPLACE FUNCTION epoch.column_list(columns text[], alias text DEFAULT NULL) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(coalesce(quote_ident(alias) || '.', '') || quote_ident(c.name), ', ' ORDER BY c.place)
  FROM unnest(columns) WITH ORDINALITY AS c (name, place)
$$;

-- The type behind domains of any depth.
CREATE OR REPLACE FUNCTION epoch.base_type(of_type oid, of_typmod integer) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE chain (type, typmod) AS (
    SELECT of_type, of_typmod
    UNION ALL
    SELECT t.typbasetype, t.typtypmod
    FROM chain
    JOIN pg_type AS t ON t.oid = chain.type AND t.typtype = 'd'
  )
  SELECT format_type(chain.type, chain.typmod)
  FROM chain
  JOIN pg_type AS t ON t.oid = chain.type AND t.typtype <> 'd'
$$;

-- The equality operator that orders a type's values in a B-tree: schema-qualified, since the operator of
-- an extension's type is not in pg_catalog, and another one there would be taken in silence.
CREATE OR REPLACE FUNCTION epoch.equality(of_type oid) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE chain (type) AS (
    SELECT of_type
    UNION ALL
    SELECT t.typbasetype FROM chain JOIN pg_type AS t ON t.oid = chain.type AND t.typtype = 'd'
  ), base AS (
    SELECT t.oid, t.typtype, t.typcategory
    FROM chain JOIN pg_type AS t ON t.oid = chain.type AND t.typtype <> 'd'
  )
  SELECT coalesce(
    (
      SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
      FROM base
      JOIN pg_opclass AS c ON c.opcdefault
      JOIN pg_am AS m ON m.oid = c.opcmethod AND m.amname = 'btree'
      JOIN pg_amop AS a ON a.amopfamily = c.opcfamily AND a.amopstrategy = 3
        AND a.amoplefttype = c.opcintype AND a.amoprighttype = c.opcintype
      JOIN pg_operator AS o ON o.oid = a.amopopr
      JOIN pg_namespace AS n ON n.oid = o.oprnamespace
      WHERE c.opcintype = base.oid
    ),
    'OPERATOR(pg_catalog.=)'
  )
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

-- Makes a table for images of rows: typed columns without constraints. A domain's constraints would refuse
-- the nulls of images that only have a key, so columns are of the type behind it.
CREATE OR REPLACE FUNCTION epoch.create_image_table(
  name text, of_table regclass, columns text[], key_columns text[], is_history boolean
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  definitions text;
BEGIN
  SELECT string_agg(
    format('%I %s%s', c.name, epoch.base_type(a.atttypid, a.atttypmod),
      CASE WHEN l.collname <> 'default' THEN format(' COLLATE %I.%I', n.nspname, l.collname) END),
    ', ' ORDER BY c.place
  )
  INTO STRICT definitions
  FROM unnest(columns) WITH ORDINALITY AS c (name, place)
  JOIN pg_attribute AS a ON a.attrelid = of_table AND a.attname = c.name
  LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
  LEFT JOIN pg_namespace AS n ON n.oid = l.collnamespace;

  EXECUTE format(
    'CREATE TABLE epoch.%I (epoch_kind smallint, %s%s) WITH (vacuum_truncate = off)',
    name, CASE WHEN is_history THEN 'epoch_from bigint, epoch_to bigint, ' ELSE '' END, definitions);
  -- A table without a single page is taken for free to scan, once for each row of another: plans made then would
  -- do that when there are rows. So there is a page, and vacuum_truncate = off keeps it.
  EXECUTE format('INSERT INTO epoch.%I DEFAULT VALUES', name);
  EXECUTE format('DELETE FROM epoch.%I', name);
  EXECUTE format(
    'ALTER TABLE epoch.%I ALTER epoch_kind SET NOT NULL, ADD PRIMARY KEY (%s%s)',
    name, epoch.column_list(key_columns), CASE WHEN is_history THEN ', epoch_to' ELSE '' END);
  IF is_history THEN
    EXECUTE format('ALTER TABLE epoch.%I ALTER epoch_from SET NOT NULL', name);
    EXECUTE format('CREATE INDEX ON epoch.%I (epoch_to)', name);
  END IF;
END
$$;

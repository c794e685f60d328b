-- How the layers follow what sessions do to the columns of open tables.

-- Whether an open table has other columns than when it was last looked at.
CREATE OR REPLACE FUNCTION epoch.is_open_altered(of_branch text, of_table text, open_table regclass) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT
    FROM (SELECT * FROM epoch.open_columns WHERE branch_id = of_branch AND table_id = of_table) AS o
    FULL JOIN (
      SELECT c.*, a.attgenerated::text AS generated, epoch.stands_for(of_table, a.atttypid) AS stands_for
      FROM epoch.live_columns(open_table) AS c
      JOIN pg_attribute AS a ON a.attrelid = open_table AND a.attnum = c.number
    ) AS c ON c.number = o.number
    WHERE (o.name, o.type, o.collation_clause, o.generated, o.stands_for)
      IS DISTINCT FROM (c.name, c.type, c.collation_clause, c.generated, c.stands_for)
  )
  -- a domain of the branch's own has the type of the layers behind it
  OR EXISTS (
    SELECT
    FROM pg_attribute AS a
    JOIN epoch.branch_tables AS p ON p.branch_id = of_branch AND p.table_id = of_table
    WHERE a.attrelid = open_table AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid >= 16384
      AND epoch.is_own_domain(a.atttypid) AND p.open_rows IS DISTINCT FROM epoch.open_projection(of_branch, of_table)
  )
$$;

-- An identity for a column that a branch has made: that of a column which is the same for all that is known, and that the
-- branch has not had before, as if both had asked each other; else a new one.
DROP FUNCTION IF EXISTS epoch.branch_column_id(text, text, text, text, text, text, boolean);
CREATE OR REPLACE FUNCTION epoch.branch_column_id(
  of_branch text, of_table text, named text, of_type text, of_collation text, of_initial text, is_filled boolean,
  own_type oid
) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  candidate text;
  known epoch.table_columns;
  enum_type text := epoch.stands_for(of_table, own_type);
BEGIN
  FOR n IN 1 .. 2000 LOOP
    candidate := CASE n WHEN 1 THEN named ELSE named || '~' || n END;
    SELECT * INTO known FROM epoch.table_columns AS k
    WHERE k.table_id = of_table AND k.column_id = candidate
    ORDER BY k.number IS NULL LIMIT 1;
    IF NOT FOUND THEN
      RETURN candidate;
    ELSIF (known.collation_clause, known.initial, known.filled) IS NOT DISTINCT FROM (of_collation, of_initial, is_filled)
      AND (
        known.type = of_type AND known.stands_for IS NOT DISTINCT FROM enum_type
          AND (enum_type IS NULL OR known.labels = epoch.enum_labels(own_type))
        OR known.type = enum_type AND epoch.labels_missing(epoch.enum_labels(own_type), enum_type) = '{}'
      )
      AND NOT EXISTS (
        SELECT FROM epoch.open_columns AS o
        WHERE o.branch_id = of_branch AND o.table_id = of_table AND o.column_id = candidate
      )
      AND NOT EXISTS (
        SELECT FROM epoch.branch_tables AS p
        WHERE p.branch_id = of_branch AND p.table_id = of_table AND candidate = ANY (p.dropped_columns)
      )
    THEN
      RETURN candidate;
    END IF;
  END LOOP;
  RAISE EXCEPTION 'The table has had 2000 columns called %', named USING ERRCODE = 'program_limit_exceeded';
END
$$;

-- Lets an overlay take what the branch has: what the live table demands is not demanded of it any more.
CREATE OR REPLACE FUNCTION epoch.loosen_overlay(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  overlay regclass := to_regclass(format('epoch.%I', epoch.object_of('v', of_table, of_branch)));
  statement text;
BEGIN
  FOR statement IN
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', overlay, c.conname)
    FROM pg_constraint AS c
    WHERE c.conrelid = overlay AND c.contype = 'c'
    UNION ALL
    SELECT format('ALTER TABLE %s ALTER %I DROP NOT NULL', overlay, a.attname)
    FROM pg_attribute AS a
    JOIN epoch.tables AS t ON t.table_id = of_table
    WHERE a.attrelid = overlay AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull
      AND a.attname <> ALL (t.key_columns)
    UNION ALL
    SELECT CASE
        WHEN c.oid IS NULL THEN format('DROP INDEX epoch.%I', x.relname)
        ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', overlay, c.conname)
      END
    FROM pg_index AS i
    JOIN pg_class AS x ON x.oid = i.indexrelid
    LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid AND c.conrelid = overlay AND c.contype IN ('u', 'x')
    JOIN epoch.tables AS t ON t.table_id = of_table
    WHERE i.indrelid = overlay AND (i.indisunique OR i.indisexclusion) AND NOT i.indisprimary AND NOT t.key_counted
  LOOP
    EXECUTE statement;
  END LOOP;
END
$$;

-- Of which columns and files an open table is.
CREATE OR REPLACE FUNCTION epoch.open_files(open_table regclass) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_build_object(
    'last_column', (SELECT max(a.attnum) FROM pg_attribute AS a WHERE a.attrelid = open_table),
    'file_node', pg_relation_filenode(open_table))
$$;

-- Why a column cannot be versioned: its type, or one that its type is made of, stands in a branch's schema, where neither
-- other branches nor old commits would find it, and is neither an enum, an array of one nor a domain of what all have, or the column is an
-- enum and part of the key; null if there is none. Says what gives the column a type that all find.
DROP FUNCTION IF EXISTS epoch.branch_typed(oid);
CREATE OR REPLACE FUNCTION epoch.branch_typed(of_relation oid, are_enums_kept boolean) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE used (place, name, type) AS (
    SELECT a.attnum, a.attname, a.atttypid
    FROM pg_attribute AS a
    WHERE a.attrelid = of_relation AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid >= 16384
      AND (NOT are_enums_kept OR NOT epoch.is_own_domain(a.atttypid) AND NOT epoch.is_own_enum(a.atttypid) OR EXISTS (
        SELECT FROM pg_index AS i
        WHERE i.indrelid = of_relation AND i.indisprimary AND a.attnum = ANY (i.indkey) AND epoch.is_own_enum(a.atttypid)
      ))
    UNION
    SELECT u.place, u.name, part.type
    FROM used AS u
    JOIN pg_type AS y ON y.oid = u.type
    CROSS JOIN LATERAL (
      SELECT y.typelem
      UNION ALL SELECT y.typbasetype
      UNION ALL SELECT r.rngsubtype FROM pg_range AS r WHERE y.oid IN (r.rngtypid, r.rngmultitypid)
      UNION ALL SELECT p.atttypid FROM pg_attribute AS p WHERE p.attrelid = y.typrelid AND p.attnum > 0 AND NOT p.attisdropped
    ) AS part (type)
    WHERE part.type >= 16384
  )
  SELECT format(
    'column "%s" has the type %I, which was made on the branch and which nobody else would find: make it in the live schema,'
      ' and give the column that (ALTER TABLE %I ALTER COLUMN %I TYPE <schema>.%2$I USING %4$I::text::<schema>.%2$I)',
    u.name, y.typname, c.relname, u.name)
  FROM used AS u
  JOIN pg_type AS y ON y.oid = u.type
  JOIN pg_namespace AS n ON n.oid = y.typnamespace
  JOIN pg_class AS c ON c.oid = of_relation
  JOIN pg_attribute AS a ON a.attrelid = of_relation AND a.attnum = u.place
  WHERE epoch.is_for_branches(n.nspname)
  ORDER BY y.typelem <> 0, u.place, y.oid <> a.atttypid, y.oid
  LIMIT 1
$$;

-- Brings the layers up to the columns that somebody has given an open table; nothing if they are. Answers why that cannot
-- be, null if it is done. Waits for who writes the table on the branch, and for writers of the live table as a commit does.
CREATE OR REPLACE FUNCTION epoch.follow_open(of_branch text, of_table text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  t epoch.tables;
  place epoch.branch_tables;
  open_table regclass;
  problem text;
  change record;
  fresh text;
  refill boolean := false;
  stale text[] := '{}';
  is_scratch boolean := epoch.is_schema_only(of_branch);
BEGIN
  SELECT * INTO place FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch AND p.table_id = of_table;
  IF place.open_relation IS NULL THEN
    RETURN NULL;
  END IF;
  open_table := to_regclass(place.open_relation);
  IF open_table IS NULL OR epoch.is_made_anew(of_branch, of_table) THEN
    RETURN epoch.follow_drop(of_branch, of_table);
  END IF;
  IF place.open_id <> open_table::oid THEN
    -- restored from a dump, which counts columns anew
    UPDATE epoch.open_columns AS o SET number = -o.number WHERE o.branch_id = of_branch AND o.table_id = of_table;
    UPDATE epoch.open_columns AS o SET number = c.number
    FROM epoch.live_columns(open_table) AS c
    WHERE o.branch_id = of_branch AND o.table_id = of_table AND o.name = c.name;
    PERFORM epoch.know_open_tables(of_branch);
  END IF;
  PERFORM epoch.take_sequences(of_branch, of_table, open_table);
  IF epoch.is_open_changed(of_branch, of_table) THEN
    PERFORM epoch.loosen_overlay(of_branch, of_table);
    problem := epoch.branch_typed(open_table, true);
    IF problem IS NOT NULL THEN
      RETURN problem;
    END IF;
  END IF;
  problem := epoch.labels_without_place(of_branch, of_table, open_table);
  IF problem IS NOT NULL THEN
    RETURN problem;
  END IF;
  IF NOT epoch.is_open_altered(of_branch, of_table, open_table) THEN
    PERFORM epoch.take_identities(of_branch, of_table, open_table);
    RETURN NULL;
  END IF;
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  EXECUTE format('LOCK TABLE %s IN SHARE MODE', open_table);
  EXECUTE format('LOCK TABLE epoch.%I IN ACCESS EXCLUSIVE MODE', epoch.object_of('w', of_table));

  SELECT format('its key column "%s" was dropped, or has another type', o.name) INTO problem
  FROM epoch.open_columns AS o
  LEFT JOIN epoch.live_columns(open_table) AS c ON c.number = o.number
  WHERE o.branch_id = of_branch AND o.table_id = of_table
    AND epoch.layer_of(of_table, o.column_id, o.type, o.collation_clause) = ANY (t.key_columns)
    AND (c.type, c.collation_clause) IS DISTINCT FROM (o.type, o.collation_clause)
  LIMIT 1;
  IF problem IS NOT NULL THEN
    RETURN problem;
  END IF;
  SELECT format('its column "%s" has a name that Epoch needs', c.name) INTO problem
  FROM epoch.live_columns(open_table) AS c
  WHERE c.name ~ '^epoch_(kind|from|to|row|(gone|moved)_[0-9]+)$';
  IF problem IS NOT NULL THEN
    RETURN problem;
  END IF;
  problem := epoch.branch_typed(open_table, true);
  IF problem IS NOT NULL THEN
    RETURN problem;
  END IF;

  UPDATE epoch.open_columns AS o SET name = c.name
  FROM epoch.live_columns(open_table) AS c
  WHERE o.branch_id = of_branch AND o.table_id = of_table AND o.number = c.number AND o.name <> c.name;
  IF is_scratch THEN
    -- no row has values of the new type yet: it is the same column, and rows are read as that has them
    UPDATE epoch.open_columns AS o
    SET type = c.type, collation_clause = c.collation_clause, initial = epoch.converted(o.initial, o.type, c.type)
    FROM epoch.live_columns(open_table) AS c
    JOIN pg_attribute AS a ON a.attrelid = open_table AND a.attnum = c.number
    WHERE o.branch_id = of_branch AND o.table_id = of_table AND o.number = c.number AND o.generated = ''
      AND a.attgenerated = '' AND (o.type, o.collation_clause) IS DISTINCT FROM (c.type, c.collation_clause);
  END IF;
  WITH went AS (
    DELETE FROM epoch.open_columns AS o
    WHERE o.branch_id = of_branch AND o.table_id = of_table AND NOT EXISTS (
      SELECT
      FROM epoch.live_columns(open_table) AS c
      JOIN pg_attribute AS a ON a.attrelid = open_table AND a.attnum = c.number
      WHERE c.number = o.number AND (c.type, c.collation_clause, a.attgenerated::text) = (o.type, o.collation_clause, o.generated)
        AND epoch.stands_for(of_table, a.atttypid) IS NOT DISTINCT FROM o.stands_for
    )
    RETURNING o.column_id
  )
  UPDATE epoch.branch_tables AS p SET dropped_columns = p.dropped_columns || ARRAY(SELECT w.column_id FROM went AS w)
  WHERE p.branch_id = of_branch AND p.table_id = of_table;

  FOR change IN
    SELECT c.*, a.attgenerated::text AS generated, a.atttypid AS own_type,
      epoch.stands_for(of_table, a.atttypid) AS stands_for,
      pg_relation_filenode(open_table) <> coalesce((place.open_made ->> 'file_node')::oid, 0) AS is_made_anew,
      c.number <= coalesce((place.open_made ->> 'last_column')::integer, 0) AS is_retyped,
      pg_relation_filenode(open_table) <> coalesce((place.open_made ->> 'file_node')::oid, 0) AS is_rewritten
    FROM epoch.live_columns(open_table) AS c
    JOIN pg_attribute AS a ON a.attrelid = open_table AND a.attnum = c.number
    WHERE NOT EXISTS (
      SELECT FROM epoch.open_columns AS o
      WHERE o.branch_id = of_branch AND o.table_id = of_table AND o.number = c.number
    )
    ORDER BY c.number
  LOOP
    -- values of each row's own: the branch has a row of its own for each
    change.is_rewritten := (change.is_retyped OR NOT change.has_initial AND change.is_rewritten)
      AND (NOT is_scratch OR NOT change.is_retyped AND epoch.makes_values(open_table, change.number));
    IF is_scratch AND NOT change.has_initial AND NOT change.is_rewritten AND change.is_made_anew THEN
      change.initial := epoch.default_value(open_table, change.number);
    END IF;
    refill := refill OR change.is_rewritten;
    fresh := epoch.branch_column_id(
      of_branch, of_table, change.name, change.type, change.collation_clause, change.initial, change.is_rewritten,
      change.own_type);
    IF change.generated = ''
      AND EXISTS (SELECT FROM epoch.table_columns AS k WHERE k.table_id = of_table AND k.column_id = fresh)
    THEN
      stale := stale || format(
        'x.%I::text IS DISTINCT FROM %L', epoch.layer_of(of_table, fresh, change.type, change.collation_clause), change.initial);
    END IF;
    PERFORM epoch.put_branch_column(
      of_table, fresh, change.type, change.collation_clause, change.initial, change.is_rewritten, change.stands_for);
    UPDATE epoch.table_columns AS k SET labels = epoch.enum_labels(change.own_type)
    WHERE k.table_id = of_table AND k.column_id = fresh AND k.stands_for IS NOT NULL AND k.labels IS NULL;
    INSERT INTO epoch.open_columns (
      branch_id, table_id, number, name, column_id, type, collation_clause, generated, initial, filled, stands_for)
    VALUES (
      of_branch, of_table, change.number, change.name, fresh, change.type, change.collation_clause, change.generated,
      change.initial, change.is_rewritten, change.stands_for);
  END LOOP;

  PERFORM epoch.take_identities(of_branch, of_table, open_table);
  IF place.has_overlay THEN
    PERFORM epoch.create_overlay_capture(of_branch, of_table);
  END IF;
  UPDATE epoch.branch_tables AS p
  SET open_rows = epoch.open_projection(of_branch, of_table),
    open_made = coalesce(p.open_made, '{}') || epoch.open_files(open_table)
  WHERE p.branch_id = of_branch AND p.table_id = of_table;
  PERFORM epoch.create_open_capture(of_branch, of_table, open_table);
  IF refill AND NOT is_scratch THEN
    EXECUTE epoch.touch_all(epoch.object_of('o', of_table, of_branch), t.key_columns, epoch.open_rows(of_branch, of_table));
  ELSIF stale <> '{}' AND NOT is_scratch THEN
    -- the branch had the column before it was moved away from that: rows of then have values
    EXECUTE epoch.touch_all(
      epoch.object_of('o', of_table, of_branch), t.key_columns,
      format(
        '(SELECT x.* FROM epoch.%I AS x WHERE %s)', epoch.object_of('v', of_table, of_branch),
        array_to_string(stale, ' OR ')));
  END IF;
  -- other servers look at the table again
  UPDATE epoch.tables SET table_id = table_id WHERE table_id = of_table;
  RETURN NULL;
END
$$;

-- Makes a column in the layers for a column that a branch has; nothing if it is there. An enum of the branch's own is told
-- by what the log calls it, too.
DROP FUNCTION IF EXISTS epoch.put_branch_column(text, text, text, text, text, boolean);
CREATE OR REPLACE FUNCTION epoch.put_branch_column(
  of_table text, new_id text, of_type text, of_collation text, value text, is_filled boolean, enum_type text
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  aside text;
  layer record;
BEGIN
  EXECUTE format('LOCK TABLE epoch.%I IN ACCESS EXCLUSIVE MODE', epoch.object_of('w', of_table));
  -- the live table has it
  UPDATE epoch.table_columns AS k SET stands_for = enum_type
  WHERE k.table_id = of_table AND k.column_id = new_id AND k.type = enum_type AND k.stands_for IS NULL;
  IF epoch.layer_of(of_table, new_id, of_type, of_collation) IS NOT NULL THEN
    RETURN;
  END IF;
  aside := epoch.name_aside(of_table);
  INSERT INTO epoch.table_columns (
    table_id, name, column_id, type, collation_clause, initial, filled, of_branches, never_live, stands_for)
  VALUES (of_table, aside, new_id, of_type, of_collation, value, is_filled, true, true, enum_type);
  FOR layer IN SELECT * FROM epoch.layers(of_table) WHERE kind NOT IN ('o', 'open') ORDER BY relation LOOP
    PERFORM epoch.add_layer_column(layer.kind, layer.relation, aside, of_type || of_collation, value);
  END LOOP;
END
$$;

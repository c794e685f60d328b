-- Columns of tables on branches. A branch may have columns that the live table has not, and others under names of its own:
-- the layers have all of them, under names of Epoch's where they are not the live table's. By ids each finds its place:
--
--   open table        number --open_columns--> id
--   layers            name   --table_columns-> id
--   state of a commit name   --definition----> id
--
-- epoch.branch_tables.definition is what the branch's head says of the table, where that is not what the live table says.

CREATE TABLE IF NOT EXISTS epoch.open_columns (
  branch_id text COLLATE "C" NOT NULL,
  table_id text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  name text COLLATE "C" NOT NULL,
  column_id text COLLATE "C" NOT NULL,
  type text NOT NULL,
  collation_clause text NOT NULL DEFAULT '',
  generated text NOT NULL DEFAULT '',
  initial text,
  filled boolean NOT NULL DEFAULT false,
  PRIMARY KEY (branch_id, table_id, number)
);

COMMENT ON TABLE epoch.open_columns IS 'Columns of open tables of branches, as they were when last looked at';
COMMENT ON COLUMN epoch.open_columns.number IS 'pg_attribute.attnum in the open table';

ALTER TABLE epoch.table_columns ADD COLUMN IF NOT EXISTS of_branches boolean NOT NULL DEFAULT false;
ALTER TABLE epoch.table_columns ADD COLUMN IF NOT EXISTS never_live boolean NOT NULL DEFAULT false;
ALTER TABLE epoch.branch_tables ADD COLUMN IF NOT EXISTS definition jsonb;
ALTER TABLE epoch.branch_tables ADD COLUMN IF NOT EXISTS dropped_columns text[] NOT NULL DEFAULT '{}';
ALTER TABLE epoch.branch_tables ADD COLUMN IF NOT EXISTS open_rows text;
ALTER TABLE epoch.branch_tables ADD COLUMN IF NOT EXISTS open_made jsonb;
ALTER TABLE epoch.branch_tables ADD COLUMN IF NOT EXISTS retyped boolean NOT NULL DEFAULT false;

COMMENT ON COLUMN epoch.table_columns.of_branches IS 'No live table has had it, but branches';
COMMENT ON COLUMN epoch.table_columns.never_live IS 'The same, known for sure: not of a column that a rebuild made by the log';
COMMENT ON COLUMN epoch.branch_tables.definition IS 'The table at the branch''s head as the log has it; null: it is like the live table';
COMMENT ON COLUMN epoch.branch_tables.dropped_columns IS 'Ids of columns that the branch, or what it was made from, has dropped';
COMMENT ON COLUMN epoch.branch_tables.open_rows IS 'The open table with the columns of the layers; null: it has just these';
COMMENT ON COLUMN epoch.branch_tables.retyped IS 'Without a definition: columns of the live table have other types than at the branch''s head';
COMMENT ON COLUMN epoch.branch_tables.open_made IS 'The definition that the open table was made by, and what PostgreSQL told of it then';

CREATE INDEX IF NOT EXISTS tables_by_live ON epoch.tables (live_oid);

-- A name for a column of layers that no column of the live table has.
CREATE OR REPLACE FUNCTION epoch.name_aside(of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT 'epoch_gone_' || coalesce(max(substring(k.name FROM '^epoch_gone_(\d+)$')::integer), 0) + 1
  FROM epoch.table_columns AS k WHERE k.table_id = of_table
$$;

-- All stored columns of the layers.
CREATE OR REPLACE FUNCTION epoch.layer_columns(of_table text) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT t.columns || ARRAY(
    SELECT k.name FROM epoch.table_columns AS k
    WHERE k.table_id = of_table AND k.number IS NULL AND NOT t.append_only
    ORDER BY length(k.name), k.name)
  FROM epoch.tables AS t WHERE t.table_id = of_table
$$;

-- Those that an overlay takes values for.
CREATE OR REPLACE FUNCTION epoch.writable_layer_columns(of_table text) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT ARRAY(
    SELECT c.name FROM unnest(epoch.layer_columns(of_table)) WITH ORDINALITY AS c (name, place)
    WHERE NOT EXISTS (
      SELECT FROM pg_attribute AS a
      WHERE a.attrelid = epoch.live_table(of_table) AND a.attname = c.name AND a.attgenerated <> ''
    )
    ORDER BY c.place)
$$;

-- The column of layers that has values of an identity of some type: of just that type, the live one, or the last of those that
-- got a wider type. What came later has what there was.
CREATE OR REPLACE FUNCTION epoch.layer_of(of_table text, of_id text, of_type text, of_collation text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT k.name FROM epoch.table_columns AS k
  WHERE k.table_id = of_table AND k.column_id = of_id
    AND (
      of_type IS NULL OR k.type = of_type OR epoch.keeps_values(of_type, k.type)
      OR of_type IN ('text', 'text[]') AND k.stands_for IS NOT NULL
    )
    AND (of_collation IS NULL OR k.collation_clause = of_collation)
  ORDER BY k.type IS NOT DISTINCT FROM of_type DESC, k.number IS NULL, length(k.name) DESC, k.name DESC
  LIMIT 1
$$;

-- What a branch shows of a table, as the definition of its head says: each column with its place in the layers. Nothing of
-- a table that is as the live one is, but for columns that it does not have. Of a column that the live table lost, and had with
-- several types, the place is that of the head's type.
CREATE OR REPLACE FUNCTION epoch.defined_columns(of_branch text, of_table text)
RETURNS TABLE (place bigint, name text, layer text, is_live boolean, initial text, type text, definition jsonb)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT c.place, c.definition ->> 'name', k.name, k.number IS NOT NULL, k.initial, k.type || k.collation_clause, c.definition
  FROM epoch.branch_tables AS p
  CROSS JOIN LATERAL jsonb_array_elements(p.definition -> 'columns') WITH ORDINALITY AS c (definition, place)
  JOIN epoch.table_columns AS k ON k.table_id = p.table_id
    AND k.name = coalesce(
      (SELECT l.name FROM epoch.table_columns AS l
       WHERE l.table_id = p.table_id AND l.column_id = c.definition ->> 'id' AND l.number IS NOT NULL),
      epoch.layer_of(p.table_id, c.definition ->> 'id', c.definition #>> '{type,name}', NULL),
      CASE WHEN c.definition #>> '{type,kind}' = 'DOMAIN'
        THEN epoch.layer_of(p.table_id, c.definition ->> 'id', c.definition #>> '{type,element,name}', NULL) END,
      epoch.layer_of(p.table_id, c.definition ->> 'id', NULL, NULL))
  WHERE p.branch_id = of_branch AND p.table_id = of_table
$$;

-- Columns of the layers that a branch shows and the live table does not have.
CREATE OR REPLACE FUNCTION epoch.extra_columns(of_branch text, of_table text) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT ARRAY(
    SELECT c.layer
    FROM epoch.branch_tables AS p
    CROSS JOIN LATERAL epoch.defined_columns(p.branch_id, p.table_id) AS c
    WHERE p.branch_id = of_branch AND p.table_id = of_table AND p.definition IS NOT NULL AND NOT c.is_live
    ORDER BY c.place)
$$;

-- The same as rows of the live table have them: ", 'x'::text AS epoch_gone_1".
CREATE OR REPLACE FUNCTION epoch.extra_values(of_branch text, of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(string_agg(format(', %L::%s AS %I', c.initial, c.type, c.layer), '' ORDER BY c.place), '')
  FROM epoch.defined_columns(of_branch, of_table) AS c WHERE NOT c.is_live
$$;

-- Whether a branch has columns of its own, or names of its own for columns.
CREATE OR REPLACE FUNCTION epoch.has_own_columns(of_branch text, of_table text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT FROM epoch.defined_columns(of_branch, of_table) AS c WHERE NOT c.is_live OR c.name <> c.layer
  )
$$;

-- Select list that gives the columns of the layers the names that the branch has for them.
CREATE OR REPLACE FUNCTION epoch.own_columns(of_branch text, of_table text, alias text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(format('%I.%I AS %I', alias, c.layer, c.name), ', ' ORDER BY c.place)
  FROM epoch.defined_columns(of_branch, of_table) AS c
$$;

-- The open table with the columns of the layers under their names: those that the branch does not have are what rows began
-- with. Null if the names are the same.
CREATE OR REPLACE FUNCTION epoch.open_projection(of_branch text, of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN bool_and(
      o.name IS NOT DISTINCT FROM k.name AND o.stands_for IS NULL
        AND (a.atttypid IS NULL OR a.atttypid < 16384 OR NOT epoch.is_own_domain(a.atttypid))
    ) THEN NULL
    ELSE format(
      '(SELECT %s FROM %s)',
      string_agg(
        CASE
          WHEN o.name IS NULL THEN format('%L::%s AS %I', k.initial, k.type || k.collation_clause, k.name)
          WHEN o.stands_for IS NOT NULL
          THEN format('%I%s AS %I', o.name, epoch.through_text(o.stands_for, o.type) || epoch.through_text(o.type, k.type), k.name)
          WHEN o.type <> k.type OR a.atttypid >= 16384 AND epoch.is_own_domain(a.atttypid)
          THEN format('%I::%s AS %I', o.name, k.type, k.name)
          ELSE format('%I AS %I', o.name, k.name)
        END, ', ' ORDER BY o.number, length(k.name), k.name),
      p.open_relation)
  END
  FROM epoch.branch_tables AS p
  JOIN epoch.table_columns AS k ON k.table_id = p.table_id
  LEFT JOIN epoch.open_columns AS o ON o.branch_id = p.branch_id AND o.table_id = p.table_id
    AND k.name = epoch.layer_of(p.table_id, o.column_id, o.type, o.collation_clause)
  LEFT JOIN pg_attribute AS a ON a.attrelid = to_regclass(p.open_relation) AND a.attnum = o.number
  WHERE p.branch_id = of_branch AND p.table_id = of_table
  GROUP BY p.open_relation
$$;

-- What to write behind FROM for the rows of an open table with the columns of the layers.
CREATE OR REPLACE FUNCTION epoch.open_rows(of_branch text, of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(p.open_rows, p.open_relation) FROM epoch.branch_tables AS p
  WHERE p.branch_id = of_branch AND p.table_id = of_table
$$;

-- Stored columns of the layers that an open table has, too.
CREATE OR REPLACE FUNCTION epoch.open_layer_columns(of_branch text, of_table text) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT ARRAY(
    SELECT c.name FROM unnest(epoch.layer_columns(of_table)) WITH ORDINALITY AS c (name, place)
    WHERE EXISTS (
      SELECT FROM epoch.open_columns AS o
      WHERE o.branch_id = of_branch AND o.table_id = of_table
        AND c.name = epoch.layer_of(of_table, o.column_id, o.type, o.collation_clause)
    )
    ORDER BY c.place)
$$;

-- Notes the columns of a table that was opened now: made by the branch's definition, or like the live table.
CREATE OR REPLACE FUNCTION epoch.note_open_columns(of_branch text, of_table text, open_table regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  DELETE FROM epoch.open_columns WHERE branch_id = of_branch AND table_id = of_table;
  INSERT INTO epoch.open_columns (
    branch_id, table_id, number, name, column_id, type, collation_clause, generated, initial, filled, identity, stands_for)
  SELECT of_branch, of_table, c.number, c.name, k.column_id, c.type, c.collation_clause, a.attgenerated, k.initial, k.filled,
    (SELECT i.identity FROM epoch.own_identities(of_branch, of_table) AS i WHERE i.name = c.name),
    epoch.stands_for(of_table, a.atttypid)
  FROM epoch.live_columns(open_table) AS c
  JOIN pg_attribute AS a ON a.attrelid = open_table AND a.attnum = c.number
  LEFT JOIN epoch.defined_columns(of_branch, of_table) AS d ON d.name = c.name
  JOIN epoch.table_columns AS k ON k.table_id = of_table AND k.name = coalesce(d.layer, c.name);
END
$$;

-- What PostgreSQL tells of an open table. What Epoch changes there by itself is noted: epoch.note_reference.
CREATE OR REPLACE FUNCTION epoch.table_facts(open_table regclass) RETURNS jsonb
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_build_object(
    'columns', (
      SELECT coalesce(jsonb_object_agg(a.attnum, jsonb_build_array(
        a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, a.attidentity, a.attcollation,
        epoch.at_home(pg_get_expr(d.adbin, d.adrelid)))
        || CASE
          WHEN a.atttypid >= 16384 AND epoch.is_own_enum(a.atttypid) THEN to_jsonb(ARRAY[epoch.enum_labels(a.atttypid)])
          WHEN a.atttypid >= 16384 AND epoch.is_own_domain(a.atttypid) THEN to_jsonb(ARRAY[epoch.domain_rules(a.atttypid)])
          ELSE '[]'
        END), '{}')
      FROM pg_attribute AS a
      LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = open_table AND a.attnum > 0 AND NOT a.attisdropped
    ),
    'constraints', (
      SELECT coalesce(jsonb_object_agg(c.conname, pg_get_constraintdef(c.oid)), '{}')
      FROM pg_constraint AS c
      WHERE c.conrelid = open_table AND c.contype IN ('p', 'u', 'c', 'x', 'f')
    ),
    'indexes', (
      SELECT coalesce(jsonb_object_agg(x.relname, pg_get_indexdef(i.indexrelid)), '{}')
      FROM pg_index AS i
      JOIN pg_class AS x ON x.oid = i.indexrelid
      WHERE i.indrelid = open_table AND i.indisvalid
        AND NOT EXISTS (SELECT FROM pg_constraint AS o WHERE o.conindid = i.indexrelid AND o.conrelid = open_table)
    ))
$$;

-- Whether somebody has changed the schema of an open table since the branch's last commit.
CREATE OR REPLACE FUNCTION epoch.is_open_changed(of_branch text, of_table text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(p.open_made -> 'committed', p.open_made -> 'facts') <> epoch.table_facts(to_regclass(p.open_relation))
  FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch AND p.table_id = of_table
$$;

-- Whether the branch's head says something of a table that the live table does not.
CREATE OR REPLACE FUNCTION epoch.has_definition(of_branch text, of_table text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT FROM epoch.branch_tables AS p
    WHERE p.branch_id = of_branch AND p.table_id = of_table AND p.definition IS NOT NULL
  )
$$;

-- Makes an open table by the definition of the branch's head, with the rows that the branch sees. Constraints have the
-- names that they have on the branch; foreign keys are made by epoch.link_open_tables.
CREATE OR REPLACE FUNCTION epoch.create_defined_table(of_branch text, of_table text, open_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  live regclass := epoch.users_table(of_table);
  head jsonb := (SELECT p.definition FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch AND p.table_id = of_table);
  part record;
BEGIN
  PERFORM epoch.make_lost_sequences(of_branch, of_table);
  EXECUTE format(
    'CREATE TABLE %s (%s)', open_table, (
      SELECT string_agg(
        concat_ws(
          ' ', quote_ident(c.name), epoch.enums_as_placed(of_branch, of_table, c.definition #>> '{type,name}'),
          (SELECT nullif(k.collation_clause, '') FROM epoch.table_columns AS k WHERE k.table_id = of_table AND k.name = c.layer),
          'GENERATED ALWAYS AS (' || epoch.enums_as_placed(of_branch, of_table, c.definition ->> 'generatedExpression')
            || ') STORED',
          CASE WHEN NOT (c.definition ->> 'nullable')::boolean THEN 'NOT NULL' END),
        ', ' ORDER BY c.place)
      FROM epoch.defined_columns(of_branch, of_table) AS c
    ));
  IF NOT epoch.is_schema_only(of_branch) THEN
    EXECUTE format(
      'INSERT INTO %s (%s) SELECT %s FROM (%s) AS seen', open_table,
      (SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.place)
       FROM epoch.defined_columns(of_branch, of_table) AS c WHERE c.definition ->> 'generatedExpression' IS NULL),
      epoch.shown_values(of_branch, of_table, ARRAY(
        SELECT c.layer FROM epoch.defined_columns(of_branch, of_table) AS c
        WHERE c.definition ->> 'generatedExpression' IS NULL ORDER BY c.place), 'seen'),
      epoch.branch_select(of_branch, of_table));
  END IF;
  FOR part IN
    SELECT c.name, c.definition ->> 'defaultExpression' AS expression, s.feeds
    FROM epoch.defined_columns(of_branch, of_table) AS c
    LEFT JOIN LATERAL (
      SELECT pg_get_serial_sequence(live::text, a.attname)::regclass AS feeds
      FROM pg_attribute AS a
      WHERE a.attrelid = live AND a.attname = c.layer AND a.attidentity <> '' AND c.definition ->> 'identity' IS NOT NULL
      UNION ALL
      SELECT i.feeds::regclass FROM epoch.own_identities(of_branch, of_table) AS i WHERE i.name = c.name
    ) AS s ON true
  LOOP
    IF part.feeds IS NOT NULL THEN
      EXECUTE format(
        'ALTER TABLE %s ALTER %I SET DEFAULT epoch.identity_value(%L::regclass)', open_table, part.name, part.feeds);
    ELSIF part.expression IS NOT NULL THEN
      EXECUTE format(
        'ALTER TABLE %s ALTER %I SET DEFAULT %s', open_table, part.name,
        epoch.as_placed(of_table, epoch.enums_as_placed(of_branch, of_table, part.expression)));
    END IF;
  END LOOP;
  FOR part IN
    SELECT c ->> 'name' AS name, epoch.enums_as_placed(of_branch, of_table, c ->> 'definition') AS definition
    FROM jsonb_array_elements(head -> 'constraints') AS c
    WHERE c ->> 'kind' IN ('PRIMARY_KEY', 'UNIQUE', 'CHECK', 'EXCLUSION')
    ORDER BY c ->> 'kind' <> 'PRIMARY_KEY', c ->> 'name'
  LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', open_table, part.name, part.definition);
  END LOOP;
  FOR part IN SELECT i ->> 'definition' AS definition FROM jsonb_array_elements(head -> 'indexes') AS i LOOP
    EXECUTE epoch.on_other_relation(
      epoch.as_placed(of_table, epoch.enums_as_placed(of_branch, of_table, part.definition)), ' ON ', live, open_table);
  END LOOP;
  PERFORM epoch.dress_open(of_table, open_table);
END
$$;

-- Takes note that a commit has what was done to the schema of an open table.
CREATE OR REPLACE FUNCTION epoch.note_committed(of_branch text, of_table text, at_position bigint) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  UPDATE epoch.branch_tables AS p
  SET open_made = (p.open_made - 'former') || jsonb_build_object(
    'facts', epoch.table_facts(to_regclass(p.open_relation)), 'position', at_position, 'former', p.open_made - 'former')
    || CASE
      WHEN p.open_made ? 'head' THEN jsonb_build_object('head', epoch.head_of_open(of_branch, of_table))
      ELSE '{}'
    END
  WHERE p.branch_id = of_branch AND p.table_id = of_table AND p.open_relation IS NOT NULL
$$;

-- The other way, where that commit did not come to be.
CREATE OR REPLACE FUNCTION epoch.unnote_committed(
  of_branch text, of_table text, at_position bigint, column_ids text[], head_definition text
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE epoch.branch_tables AS p SET open_made = p.open_made -> 'former'
  WHERE p.branch_id = of_branch AND p.table_id = of_table AND (p.open_made ->> 'position')::bigint = at_position;
  IF FOUND THEN
    PERFORM epoch.show_columns(of_branch, of_table, column_ids, head_definition);
  END IF;
END
$$;

-- Whether a branch has a constraint or index of the live table: by its name.
CREATE OR REPLACE FUNCTION epoch.keeps_rule(of_branch text, of_table text, rule_name text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(
    (
      SELECT p.definition IS NULL OR EXISTS (
        SELECT FROM jsonb_array_elements((p.definition -> 'constraints') || (p.definition -> 'indexes')) AS r
        WHERE r ->> 'name' = rule_name
      )
      FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch AND p.table_id = of_table
    ),
    true)
$$;

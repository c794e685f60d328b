-- Enums and domains that sessions make on a branch. They stand in the branch's first schema and go with it, so that nothing which
-- outlives the branch has them: layers keep their labels as text, and the log has the name that the type is to have beside
-- the live table. A branch that gets such a column has a type of its own for it.
--
--   open table     <changed schema>.mood                 --::text-->  layers   text
--   log            public.mood, with its labels          --created by merges into the default branch
--   live table     public.mood                           layers have that type from then on
--
-- Layers have values of domains in the type behind them, wherever the domain is; the log has what defines one.

ALTER TABLE epoch.table_columns ADD COLUMN IF NOT EXISTS stands_for text;
ALTER TABLE epoch.table_columns ADD COLUMN IF NOT EXISTS labels text[];
ALTER TABLE epoch.open_columns ADD COLUMN IF NOT EXISTS stands_for text;

COMMENT ON COLUMN epoch.table_columns.stands_for IS 'Enum, as the log calls it, that only branches had when the layers got the column; they keep its labels as text, or have the type of that name which the live table has got since';
COMMENT ON COLUMN epoch.table_columns.labels IS 'Of that enum, when the layers got the column';
COMMENT ON COLUMN epoch.open_columns.stands_for IS 'The column''s type in the log, where it is an enum of the branch''s own, or an array of one';

-- The enum that a type is, or is an array of; null for others.
CREATE OR REPLACE FUNCTION epoch.enum_of(of_type oid) RETURNS oid
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT e.oid
  FROM pg_type AS y
  JOIN pg_type AS e ON e.typtype = 'e'
    AND e.oid = CASE WHEN y.typsubscript = 'array_subscript_handler'::regproc THEN y.typelem ELSE y.oid END
  WHERE y.oid = of_type
$$;

-- Whether a type is an enum of a branch's own, or an array of one.
CREATE OR REPLACE FUNCTION epoch.is_own_enum(of_type oid) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT
    FROM pg_type AS e
    JOIN pg_namespace AS n ON n.oid = e.typnamespace
    WHERE e.oid = epoch.enum_of(of_type) AND epoch.branch_of_schema(n.nspname) IS NOT NULL
  )
$$;

-- Labels in their order; of arrays those of the elements. Null for what is no enum.
CREATE OR REPLACE FUNCTION epoch.enum_labels(of_type oid) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT array_agg(l.enumlabel::text ORDER BY l.enumsortorder) FROM pg_enum AS l WHERE l.enumtypid = epoch.enum_of(of_type)
$$;

-- What the log calls a type of the branch's own that a column of a table has; null for other types.
CREATE OR REPLACE FUNCTION epoch.enum_at_home(of_table text, of_type oid) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
  SELECT format('%I.%I', coalesce(t.home_schema, t.schema_name), e.typname) || CASE WHEN e.oid <> of_type THEN '[]' ELSE '' END
  FROM epoch.tables AS t
  JOIN pg_type AS e ON e.oid = epoch.enum_of(of_type)
  WHERE t.table_id = of_table AND epoch.is_own_enum(of_type)
$$;

-- The same of any type, at little cost for those that come with PostgreSQL.
CREATE OR REPLACE FUNCTION epoch.stands_for(of_table text, of_type oid) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN CASE WHEN of_type >= 16384 THEN epoch.enum_at_home(of_table, of_type) END;
END
$$;

-- Types of the branch's own that columns of an open table have, and what the log calls them; of domains with their rules,
-- and also those of a layered one.
CREATE OR REPLACE FUNCTION epoch.own_types_of(of_branch text, of_table text)
RETURNS TABLE (own text, home text, rules text[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
  SELECT DISTINCT epoch.enum_of(a.atttypid)::regtype::text, regexp_replace(o.stands_for, '\[\]$', ''), NULL::text[]
  FROM epoch.open_columns AS o
  JOIN epoch.branch_tables AS p ON p.branch_id = o.branch_id AND p.table_id = o.table_id
  JOIN pg_attribute AS a ON a.attrelid = to_regclass(p.open_relation) AND a.attnum = o.number
  WHERE o.branch_id = of_branch AND o.table_id = of_table AND o.stands_for IS NOT NULL
  UNION ALL
  SELECT DISTINCT y.oid::regtype::text, format('%I.%I', coalesce(t.home_schema, t.schema_name), y.typname),
    epoch.domain_rules(y.oid)
  FROM epoch.branch_tables AS p
  JOIN epoch.tables AS t ON t.table_id = p.table_id
  JOIN pg_attribute AS a ON a.attrelid = to_regclass(p.open_relation) AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type AS y ON y.oid = a.atttypid AND y.typtype = 'd'
  WHERE p.branch_id = of_branch AND p.table_id = of_table AND a.atttypid >= 16384 AND epoch.is_own_domain(y.oid)
  UNION ALL
  SELECT epoch.domain_on(of_branch, d.home, d.rules), d.home, d.rules
  FROM epoch.branch_tables AS p
  CROSS JOIN LATERAL epoch.defined_domains(p.branch_id, p.table_id) AS d
  WHERE p.branch_id = of_branch AND p.table_id = of_table AND p.open_relation IS NULL
    AND epoch.domain_on(of_branch, d.home, d.rules) IS NOT NULL
$$;

-- Labels among these that a type, given by its name, does not have: all where there is no such enum.
CREATE OR REPLACE FUNCTION epoch.labels_missing(labels text[], in_type text) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT ARRAY(
    SELECT l FROM unnest(labels) WITH ORDINALITY AS w (l, place)
    WHERE l <> ALL (coalesce(epoch.enum_labels(to_regtype(in_type)), '{}'))
    ORDER BY w.place)
$$;

-- Enums that the branch's head has in columns of a table: what the log calls them, and the labels.
CREATE OR REPLACE FUNCTION epoch.defined_enums(of_branch text, of_table text) RETURNS TABLE (home text, labels text[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT DISTINCT ON (e.type ->> 'name') e.type ->> 'name', ARRAY(SELECT jsonb_array_elements_text(e.type -> 'labels'))
  FROM epoch.branch_tables AS p
  CROSS JOIN LATERAL jsonb_array_elements(p.definition -> 'columns') AS c
  CROSS JOIN LATERAL (
    SELECT CASE c #>> '{type,kind}' WHEN 'ARRAY' THEN c #> '{type,element}' ELSE c -> 'type' END
  ) AS e (type)
  WHERE p.branch_id = of_branch AND p.table_id = of_table AND e.type ->> 'kind' = 'ENUM'
  ORDER BY e.type ->> 'name', jsonb_array_length(e.type -> 'labels') DESC
$$;

-- What the branch has, or would have, in the place of an enum: a type of that name in its own schema.
CREATE OR REPLACE FUNCTION epoch.own_enum_name(of_branch text, home text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
  SELECT format('%I.%I', b.changed_schema, n.parts[array_length(n.parts, 1)])
  FROM epoch.branches AS b
  CROSS JOIN parse_ident(home) AS n (parts)
  WHERE b.branch_id = of_branch AND b.changed_schema IS NOT NULL
$$;

-- The type that a branch's relations have for an enum of its head: its own if it has one with these labels, else the live
-- one; null if there is neither.
CREATE OR REPLACE FUNCTION epoch.enum_on(of_branch text, home text, labels text[]) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT found.name
  FROM (VALUES (1, epoch.own_enum_name(of_branch, home)), (2, home)) AS found (place, name)
  WHERE epoch.enum_of(to_regtype(found.name)) IS NOT NULL AND epoch.labels_missing(labels, found.name) = '{}'
  ORDER BY found.place
  LIMIT 1
$$;

-- Makes the enums and domains of a table's columns that neither the branch nor the live schema has. Why that cannot be, or not yet; null
-- if all are there.
CREATE OR REPLACE FUNCTION epoch.make_enums(of_branch text, of_table text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  wanted record;
  own text;
  label text;
  former text;
BEGIN
  FOR wanted IN
    SELECT * FROM epoch.defined_enums(of_branch, of_table) AS e WHERE epoch.enum_on(of_branch, e.home, e.labels) IS NULL
  LOOP
    -- which may make it
    PERFORM epoch.create_branch_schemas(of_branch);
    CONTINUE WHEN epoch.enum_on(of_branch, wanted.home, wanted.labels) IS NOT NULL;
    own := epoch.own_enum_name(of_branch, wanted.home);
    IF to_regtype(own) IS NULL THEN
      EXECUTE format(
        'CREATE TYPE %s AS ENUM (%s)', own,
        (SELECT string_agg(quote_literal(l), ', ' ORDER BY w.place) FROM unnest(wanted.labels) WITH ORDINALITY AS w (l, place)));
      PERFORM epoch.give_enum(of_table, to_regtype(own));
    ELSIF epoch.enum_of(to_regtype(own)) IS NULL THEN
      RETURN format('the branch has another type %s than its head says', own);
    ELSE
      -- labels that a transaction gives a type can be used after it
      former := NULL;
      FOREACH label IN ARRAY wanted.labels LOOP
        IF epoch.labels_missing(ARRAY[label], own) <> '{}' THEN
          EXECUTE format('ALTER TYPE %s ADD VALUE %L%s', own, label, ' AFTER ' || quote_literal(former));
        END IF;
        former := label;
      END LOOP;
      RETURN format('the branch''s type %s has got labels just now: it is opened the next time', own);
    END IF;
  END LOOP;
  FOR wanted IN
    SELECT * FROM epoch.defined_domains(of_branch, of_table) AS d WHERE epoch.domain_on(of_branch, d.home, d.rules) IS NULL
  LOOP
    PERFORM epoch.create_branch_schemas(of_branch);
    CONTINUE WHEN epoch.domain_on(of_branch, wanted.home, wanted.rules) IS NOT NULL;
    own := epoch.own_enum_name(of_branch, wanted.home);
    IF to_regtype(own) IS NULL THEN
      EXECUTE format('CREATE DOMAIN %s AS %s %s', own, wanted.base, array_to_string(wanted.rules, ' '));
      PERFORM epoch.give_enum(of_table, to_regtype(own));
    ELSIF epoch.domain_rules(to_regtype(own)) IS NULL THEN
      RETURN format('the branch has another type %s than its head says', own);
    ELSE
      PERFORM epoch.change_domain(to_regtype(own), wanted.rules);
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;

-- The branch's own type for an enum, made like the live one if there is none.
CREATE OR REPLACE FUNCTION epoch.own_enum(of_branch text, home text) RETURNS regtype
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  own text;
BEGIN
  PERFORM epoch.create_branch_schemas(of_branch);
  own := epoch.own_enum_name(of_branch, home);
  IF to_regtype(own) IS NULL THEN
    EXECUTE format(
      'CREATE TYPE %s AS ENUM (%s)', own,
      (SELECT string_agg(quote_literal(l), ', ' ORDER BY w.place)
       FROM unnest(epoch.enum_labels(to_regtype(home))) WITH ORDINALITY AS w (l, place)));
  END IF;
  RETURN to_regtype(own);
END
$$;

-- Gives an enum to the owner of the live table, as its open table: see epoch.give_open_table.
CREATE OR REPLACE FUNCTION epoch.give_enum(of_table text, own regtype) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  new_owner oid := (SELECT c.relowner FROM pg_class AS c WHERE c.oid = epoch.users_table(of_table));
BEGIN
  IF new_owner = (SELECT y.typowner FROM pg_type AS y WHERE y.oid = own) OR NOT epoch.can_give_to(new_owner) THEN
    RETURN;
  END IF;
  PERFORM epoch.give_object('TYPE', own::text, n.nspname, new_owner)
  FROM pg_type AS y JOIN pg_namespace AS n ON n.oid = y.typnamespace WHERE y.oid = own;
END
$$;

-- A text of the log in which enums and domains, functions and sequences have the names that they have for the branch.
CREATE OR REPLACE FUNCTION epoch.enums_as_placed(of_branch text, of_table text, told text) RETURNS text
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  named record;
BEGIN
  FOR named IN
    SELECT e.home, epoch.enum_on(of_branch, e.home, e.labels) AS own FROM epoch.defined_enums(of_branch, of_table) AS e
    UNION ALL
    SELECT d.home, epoch.domain_on(of_branch, d.home, d.rules) FROM epoch.defined_domains(of_branch, of_table) AS d
  LOOP
    IF named.own <> named.home THEN
      told := regexp_replace(
        told, '(?<![\w$".])' || regexp_replace(named.home, '([^\w"])', '\\\1', 'g') || '(?![\w$"])', replace(named.own, '\', '\\'), 'g');
    END IF;
  END LOOP;
  RETURN epoch.routines_as_placed(of_branch, told);
END
$$;

-- Columns of the layers whose values clients of the branch have in another type: enums and domains of the branch's own, and
-- live ones that the layers have as text.
DROP FUNCTION IF EXISTS epoch.enum_columns(text, text);
CREATE OR REPLACE FUNCTION epoch.enum_columns(of_branch text, of_table text)
RETURNS TABLE (layer text, layer_type text, shown_type text, is_domain boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT c.layer, c.type, s.shown, false
  FROM epoch.branch_tables AS p
  CROSS JOIN LATERAL epoch.defined_columns(p.branch_id, p.table_id) AS c
  CROSS JOIN LATERAL (
    SELECT CASE c.definition #>> '{type,kind}' WHEN 'ARRAY' THEN c.definition #> '{type,element}' ELSE c.definition -> 'type' END
  ) AS e (type)
  CROSS JOIN LATERAL (
    SELECT epoch.enum_on(of_branch, e.type ->> 'name', ARRAY(SELECT jsonb_array_elements_text(e.type -> 'labels')))
      || CASE c.definition #>> '{type,kind}' WHEN 'ARRAY' THEN '[]' ELSE '' END
  ) AS s (shown)
  WHERE p.branch_id = of_branch AND p.table_id = of_table AND p.definition IS NOT NULL
    AND e.type ->> 'kind' = 'ENUM' AND s.shown <> c.type
  UNION ALL
  SELECT c.layer, regexp_replace(c.type, ' COLLATE .*$', ''), s.shown, true
  FROM epoch.branch_tables AS p
  CROSS JOIN LATERAL epoch.defined_columns(p.branch_id, p.table_id) AS c
  CROSS JOIN LATERAL (
    SELECT epoch.domain_on(
      of_branch, c.definition #>> '{type,name}', ARRAY(SELECT jsonb_array_elements_text(c.definition #> '{type,rules}')))
  ) AS s (shown)
  WHERE p.branch_id = of_branch AND p.table_id = of_table AND p.definition IS NOT NULL
    AND c.definition #>> '{type,kind}' = 'DOMAIN' AND c.definition #> '{type,rules}' IS NOT NULL AND s.shown IS NOT NULL
$$;

-- The columns of a row with alias as the layers have them.
CREATE OR REPLACE FUNCTION epoch.layer_values(of_branch text, of_table text, columns text[], alias text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(
    format('%I.%I', alias, c.name) || coalesce(
      CASE WHEN e.is_domain THEN '::' || e.layer_type ELSE epoch.through_text(e.shown_type, e.layer_type) END, ''),
    ', ' ORDER BY c.place)
  FROM unnest(columns) WITH ORDINALITY AS c (name, place)
  LEFT JOIN epoch.enum_columns(of_branch, of_table) AS e ON e.layer = c.name
$$;

-- The other way: as clients of the branch have them, each with its name.
CREATE OR REPLACE FUNCTION epoch.shown_values(of_branch text, of_table text, columns text[], alias text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(
    format('%I.%I', alias, c.name)
      || coalesce(
        CASE WHEN e.is_domain THEN '::' || e.shown_type ELSE epoch.through_text(e.layer_type, e.shown_type) END
          || format(' AS %I', c.name), ''),
    ', ' ORDER BY c.place)
  FROM unnest(columns) WITH ORDINALITY AS c (name, place)
  LEFT JOIN epoch.enum_columns(of_branch, of_table) AS e ON e.layer = c.name
$$;

-- A cast between text and enums, or two enums, or arrays of them.
CREATE OR REPLACE FUNCTION epoch.through_text(from_type text, to_type text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
      WHEN from_type NOT IN ('text', 'text[]') THEN CASE WHEN from_type LIKE '%[]' THEN '::text[]' ELSE '::text' END
      ELSE ''
    END
    || CASE WHEN to_type IN ('text', 'text[]') THEN '' ELSE '::' || to_type END
$$;

-- Gives a column of the layers that has labels as text the enum that the live table has for it. Why that cannot be; null if
-- it is done.
CREATE OR REPLACE FUNCTION epoch.give_layers_enum(of_table text, named text, enum_type text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  layer record;
  given text := (SELECT k.initial FROM epoch.table_columns AS k WHERE k.table_id = of_table AND k.name = named);
BEGIN
  PERFORM epoch.drop_views_of(of_table);
  PERFORM epoch.drop_copy(p.branch_id, of_table)
  FROM epoch.branch_tables AS p WHERE p.table_id = of_table AND (p.has_copy OR p.copy_fill IS NOT NULL);
  FOR layer IN SELECT * FROM epoch.layers(of_table) WHERE kind <> 'o' ORDER BY relation LOOP
    EXECUTE format(
      'ALTER TABLE %1$s ALTER %2$I DROP DEFAULT, ALTER %2$I TYPE %3$s USING %2$I::%3$s', layer.relation, named, enum_type);
    IF given IS NOT NULL THEN
      EXECUTE format('ALTER TABLE %s ALTER %I SET DEFAULT %L', layer.relation, named, given);
    END IF;
  END LOOP;
  UPDATE epoch.table_columns AS k SET type = enum_type WHERE k.table_id = of_table AND k.name = named;
  RETURN NULL;
EXCEPTION WHEN invalid_text_representation THEN
  RETURN concat_ws(
    ' on branch ', SQLERRM,
    (SELECT b.name || CASE WHEN b.dropped THEN ', which was deleted' ELSE '' END
     FROM epoch.branches AS b WHERE b.branch_id = layer.branch_id));
END
$$;

-- Why the layers cannot keep what an open table may have in a column of an enum of the branch's own: they have the live enum of
-- its name, with other labels. Null if they can.
CREATE OR REPLACE FUNCTION epoch.labels_without_place(of_branch text, of_table text, open_table regclass) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    'its column "%s" has a type with labels that the live type %s does not have (%s): give it these on the default branch,'
      ' as by epoch schema exec with ALTER TYPE %2$s ADD VALUE %L',
    o.name, f.enum_type, array_to_string(m.missing, ', '), m.missing[1])
  FROM epoch.open_columns AS o
  JOIN pg_attribute AS a ON a.attrelid = open_table AND a.attnum = o.number AND NOT a.attisdropped
  JOIN epoch.table_columns AS k ON k.table_id = of_table
    AND k.name = epoch.layer_of(of_table, o.column_id, o.type, o.collation_clause) AND k.type = k.stands_for
  CROSS JOIN LATERAL (SELECT regexp_replace(k.type, '\[\]$', '')) AS f (enum_type)
  CROSS JOIN LATERAL (SELECT epoch.labels_missing(epoch.enum_labels(a.atttypid), f.enum_type)) AS m (missing)
  WHERE o.branch_id = of_branch AND o.table_id = of_table AND o.stands_for IS NOT NULL AND m.missing <> '{}'
  LIMIT 1
$$;

-- Gives the layers an enum back as text that a merge has brought to the live schema, before that is taken back.
CREATE OR REPLACE FUNCTION epoch.let_go_of_enum(enum_type text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  held record;
  layer record;
  plain text;
BEGIN
  FOR held IN
    SELECT * FROM epoch.table_columns AS k
    WHERE k.stands_for = k.type AND k.type IN (enum_type, enum_type || '[]') ORDER BY k.table_id, k.name
  LOOP
    plain := CASE WHEN held.type = enum_type THEN 'text' ELSE 'text[]' END;
    PERFORM epoch.drop_views_of(held.table_id);
    FOR layer IN SELECT * FROM epoch.layers(held.table_id) WHERE kind <> 'o' ORDER BY relation LOOP
      EXECUTE format(
        'ALTER TABLE %1$s ALTER %2$I DROP DEFAULT, ALTER %2$I TYPE %3$s USING %2$I::%3$s', layer.relation, held.name, plain);
      IF held.initial IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %s ALTER %I SET DEFAULT %L', layer.relation, held.name, held.initial);
      END IF;
    END LOOP;
    UPDATE epoch.table_columns AS k SET type = plain, of_branches = true
    WHERE k.table_id = held.table_id AND k.name = held.name;
  END LOOP;
END
$$;

-- Drops enums and domains of a branch's own that nothing needs, and that hide those of the live schema which a table of the branch has: what
-- sessions call by that name is to be the type of the column.
CREATE OR REPLACE FUNCTION epoch.drop_hiding_enums(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  hiding record;
BEGIN
  FOR hiding IN
    SELECT DISTINCT own.name
    FROM epoch.branches AS b
    JOIN pg_namespace AS n ON n.nspname = b.changed_schema
    JOIN pg_type AS y ON y.typnamespace = n.oid AND y.typtype = 'e'
    JOIN pg_attribute AS a ON a.attrelid = epoch.users_table(of_table) AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type AS live ON live.oid = epoch.enum_of(a.atttypid) AND live.typname = y.typname
    CROSS JOIN LATERAL (SELECT format('%I.%I', n.nspname, y.typname)) AS own (name)
    WHERE b.branch_id = of_branch AND a.atttypid >= 16384
      AND epoch.labels_missing(epoch.enum_labels(y.oid), format_type(live.oid, NULL)) = '{}'
    UNION ALL
    SELECT DISTINCT own.name
    FROM epoch.branches AS b
    JOIN pg_namespace AS n ON n.nspname = b.changed_schema
    JOIN pg_type AS y ON y.typnamespace = n.oid AND y.typtype = 'd'
    JOIN pg_attribute AS a ON a.attrelid = epoch.users_table(of_table) AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type AS live ON live.oid = a.atttypid AND live.typtype = 'd' AND live.typname = y.typname
    CROSS JOIN LATERAL (SELECT format('%I.%I', n.nspname, y.typname)) AS own (name)
    WHERE b.branch_id = of_branch AND a.atttypid >= 16384 AND epoch.domain_rules(y.oid) = epoch.domain_rules(live.oid)
  LOOP
    BEGIN
      EXECUTE CASE WHEN epoch.domain_rules(to_regtype(hiding.name)) IS NULL THEN 'DROP TYPE ' ELSE 'DROP DOMAIN ' END
        || hiding.name;
    EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN
      NULL;
    END;
  END LOOP;
END
$$;

-- Drops types of a branch that is going, but for those that something elsewhere needs.
CREATE OR REPLACE FUNCTION epoch.drop_own_types(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  own record;
BEGIN
  FOR own IN
    SELECT format('%I.%I', n.nspname, y.typname) AS name, y.typtype = 'd' AS is_domain
    FROM epoch.branches AS b
    JOIN pg_namespace AS n ON n.nspname = b.changed_schema
    JOIN pg_type AS y ON y.typnamespace = n.oid AND y.typtype IN ('e', 'd', 'r')
    WHERE b.branch_id = of_branch
    -- one may be made of another that was made before
    ORDER BY y.oid DESC
  LOOP
    BEGIN
      EXECUTE format('DROP %s %s', CASE WHEN own.is_domain THEN 'DOMAIN' ELSE 'TYPE' END, own.name);
    EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN
      NULL;
    END;
  END LOOP;
END
$$;

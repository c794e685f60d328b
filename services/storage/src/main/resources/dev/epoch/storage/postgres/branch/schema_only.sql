-- Branches that version schemas and no rows. Their tables are open, all of them, and empty at first: real tables that are not
-- filled and not captured. What sessions write there is theirs alone; the layers go on saying what the branch's commits have,
-- and are all that the server reads of rows. docs/adr/0072 says why.

ALTER TABLE epoch.branches ADD COLUMN IF NOT EXISTS schema_only boolean NOT NULL DEFAULT false;

COMMENT ON COLUMN epoch.branches.schema_only IS 'Rows of its tables are not versioned: the tables are open, and begin empty';

-- Tells of a branch that it is one. It is from its creation on.
CREATE OR REPLACE FUNCTION epoch.put_schema_only(of_branch text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  UPDATE epoch.branches SET schema_only = true WHERE branch_id = of_branch AND NOT schema_only
$$;

CREATE OR REPLACE FUNCTION epoch.is_schema_only(of_branch text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (SELECT FROM epoch.branches AS b WHERE b.branch_id = of_branch AND b.schema_only)
$$;

-- Opens the tables of such a branch that are not open, whatever their size: nothing is copied. One that cannot be open is not
-- there for sessions, which would see rows of others through its views.
CREATE OR REPLACE FUNCTION epoch.open_empty_tables(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  candidate record;
  opened boolean := false;
  reason text;
  left_out text;
BEGIN
  IF current_setting('transaction_read_only')::boolean THEN
    RETURN;
  END IF;
  FOR candidate IN
    SELECT p.table_id, t.table_name, p.open_refused
    FROM epoch.branch_tables AS p
    JOIN epoch.tables AS t ON t.table_id = p.table_id
    WHERE p.branch_id = of_branch AND p.open_relation IS NULL AND NOT p.absent
    ORDER BY p.table_id
  LOOP
    reason := epoch.open_branch_table(of_branch, candidate.table_id);
    opened := opened OR reason IS NULL;
    IF reason IS DISTINCT FROM candidate.open_refused THEN
      left_out := concat_ws(', ', left_out, format('%I (%s)', candidate.table_name, reason));
    END IF;
  END LOOP;
  IF opened THEN
    PERFORM epoch.link_open_tables(of_branch);
  END IF;
  IF left_out IS NOT NULL THEN
    RAISE NOTICE 'Not on this branch, which has no rows: %', left_out;
  END IF;
END
$$;

-- The head of a branch that an open table was made by, or that has what was made of it.
CREATE OR REPLACE FUNCTION epoch.head_of_open(of_branch text, of_table text) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_build_object(
    'definition', p.definition, 'columns', (SELECT to_jsonb(array_agg(c ORDER BY c)) FROM unnest(p.shown) AS c),
    'live', CASE WHEN p.definition IS NULL THEN md5(epoch.table_facts(epoch.users_table(of_table))::text) END)
  FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch AND p.table_id = of_table
$$;

-- Makes an open table of such a branch anew where an operation has given its head another schema. Rows of sessions stay as far
-- as they have a place in the new one, all or none.
CREATE OR REPLACE FUNCTION epoch.renew_empty_table(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  place epoch.branch_tables;
  former jsonb;
BEGIN
  SELECT * INTO place FROM epoch.branch_tables WHERE branch_id = of_branch AND table_id = of_table FOR UPDATE;
  IF to_regclass(place.open_relation) IS NULL OR place.open_made -> 'head' = epoch.head_of_open(of_branch, of_table) THEN
    RETURN;
  END IF;
  SELECT jsonb_object_agg(o.column_id, o.name) INTO former
  FROM epoch.open_columns AS o WHERE o.branch_id = of_branch AND o.table_id = of_table;
  EXECUTE format('CREATE TEMPORARY TABLE epoch_scratch ON COMMIT DROP AS SELECT * FROM %s', place.open_relation);
  PERFORM epoch.drop_open_table(of_branch, of_table);
  IF epoch.open_branch_table(of_branch, of_table) IS NULL THEN
    PERFORM epoch.keep_scratch_rows(of_branch, of_table, former);
    PERFORM epoch.link_open_tables(of_branch);
  END IF;
  DROP TABLE pg_temp.epoch_scratch;
END
$$;

-- Gives an open table the rows that its predecessor had, of which the names of columns are given by id, with the types of now.
CREATE OR REPLACE FUNCTION epoch.keep_scratch_rows(of_branch text, of_table text, former jsonb) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  open_table text := (SELECT p.open_relation FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch AND p.table_id = of_table);
BEGIN
  EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', open_table);
  EXECUTE (
    SELECT format(
      'INSERT INTO %s (%s) SELECT %s FROM pg_temp.epoch_scratch', open_table,
      string_agg(format('%I', now.name), ', ' ORDER BY now.number),
      string_agg(
        CASE
          WHEN now.stands_for IS NULL THEN format('%I::%s', was.name, now.type)
          ELSE format('%I::%s::%s', was.name, now.type, format_type(a.atttypid, a.atttypmod))
        END, ', ' ORDER BY now.number))
    FROM epoch.open_columns AS now
    JOIN jsonb_each_text(former) AS was (column_id, name) ON was.column_id = now.column_id
    JOIN pg_attribute AS a ON a.attrelid = open_table::regclass AND a.attnum = now.number
    WHERE now.branch_id = of_branch AND now.table_id = of_table AND now.generated = ''
  );
  PERFORM epoch.switch_triggers_on(of_branch, of_table);
EXCEPTION
  WHEN lock_not_available OR deadlock_detected OR query_canceled OR serialization_failure THEN
    RAISE;
  WHEN OTHERS THEN
    -- they do not fit: the table begins empty again
    NULL;
END
$$;

-- Whether a column's default is another value for each row, as those of ADD COLUMN then have.
CREATE OR REPLACE FUNCTION epoch.makes_values(relation regclass, column_number integer) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT FROM pg_attrdef AS d
    CROSS JOIN LATERAL regexp_matches(d.adbin::text, ':(?:op)?funcid (\d+)', 'g') AS m (found)
    JOIN pg_proc AS f ON f.oid = m.found[1]::oid AND f.provolatile = 'v'
    WHERE d.adrelid = relation AND d.adnum = column_number
  )
$$;

-- The one value that a column's default has now, as text; null if there is none.
CREATE OR REPLACE FUNCTION epoch.default_value(relation regclass, column_number integer) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  expression text;
  value text;
BEGIN
  SELECT format('(%s)::%s', pg_get_expr(d.adbin, d.adrelid), epoch.base_type(a.atttypid, a.atttypmod)) INTO expression
  FROM pg_attrdef AS d
  JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated = ''
  WHERE d.adrelid = relation AND d.adnum = column_number;
  IF expression IS NOT NULL THEN
    EXECUTE 'SELECT (' || expression || ')::text' INTO value;
  END IF;
  RETURN value;
END
$$;

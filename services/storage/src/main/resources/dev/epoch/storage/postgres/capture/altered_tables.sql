-- What is captured of live tables that have other columns than their images, until Epoch looks at them.

-- Condition: a column that the capture was made for was dropped since. Looked up in PostgreSQL's cache of the catalog.
CREATE OR REPLACE FUNCTION epoch.columns_went(of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN c.relkind = 'p' THEN 'false'
    ELSE format(
      -- a function takes 100 arguments
      CASE WHEN count(*) > 100 THEN 'num_nulls(VARIADIC ARRAY[%s]) > 0' ELSE 'num_nulls(%s) > 0' END,
      string_agg(format('has_column_privilege(TG_RELID, %s::smallint, ''SELECT'')', a.attnum), ', ' ORDER BY a.attnum))
  END
  FROM pg_class AS c
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.oid = epoch.live_table(of_table)
  GROUP BY c.relkind
$$;

-- Statement that captures a change while the live table has not all columns of its images any more: what is left of it.
-- Of a column with a wider type that is what its image can hold: the first former values of rows were written before.
CREATE OR REPLACE FUNCTION epoch.capture_what_is_left(of_table text, kind integer, source text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    'INSERT INTO epoch.%I (epoch_kind, %s) SELECT %s, %s FROM %s ON CONFLICT DO NOTHING',
    epoch.object_of('w', of_table),
    string_agg(format('%I', k.name), ', ' ORDER BY k.number), kind,
    string_agg(
      CASE
        WHEN c.type = k.type THEN format('%I', c.name)
        ELSE format('epoch.converted(%I::text, %L, %L)::%s', c.name, c.type, k.type, k.type)
      END, ', ' ORDER BY k.number), source)
  FROM epoch.tables AS t
  JOIN epoch.table_columns AS k ON k.table_id = t.table_id
  JOIN epoch.live_columns(epoch.live_table(of_table)) AS c
    ON c.number = k.number AND (c.type = k.type OR epoch.keeps_values(k.type, c.type))
  WHERE t.table_id = of_table AND (kind = 1 OR k.name = ANY (t.key_columns))
$$;

-- Statements of a capture function that capture what is left.
CREATE OR REPLACE FUNCTION epoch.capture_left(of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    $left$
      IF TG_OP IN ('UPDATE', 'DELETE') THEN
        EXECUTE epoch.capture_what_is_left(%1$L, 1, 'old_rows');
      END IF;
      IF TG_OP IN ('UPDATE', 'INSERT') THEN
        EXECUTE epoch.capture_what_is_left(%1$L, 0, 'new_rows');
      END IF;
      IF TG_OP = 'TRUNCATE' THEN
        EXECUTE epoch.capture_what_is_left(%1$L, 1, TG_RELID::regclass::text);
      END IF;
      RETURN NULL;
    $left$,
    of_table)
$$;

-- Runs at the end of each ALTER TABLE where Epoch's role may have an event trigger: a column of a captured table that has
-- another type now would make the next write fail. What is left is captured until Epoch looks at the table.
CREATE OR REPLACE FUNCTION epoch.note_alteration() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $$
DECLARE
  altered text;
  open_table epoch.branch_tables;
  layered text;
BEGIN
  -- PostgreSQL lets columns of views be renamed; the table would keep its name for them
  SELECT o.relname INTO layered
  FROM pg_event_trigger_ddl_commands() AS c
  JOIN pg_class AS o ON o.oid = c.objid AND o.relkind = 'v'
  JOIN pg_namespace AS n ON n.oid = o.relnamespace
  JOIN epoch.branches AS b ON n.nspname IN (b.changed_schema, b.base_schema)
  WHERE c.classid = 'pg_class'::regclass;
  IF FOUND THEN
    RAISE EXCEPTION 'Table "%" is layered on this branch: its columns cannot change', layered
      USING ERRCODE = 'EP003', HINT = format('SELECT epoch.open_table(%L) makes a real table of it.', layered);
  END IF;
  PERFORM epoch.keep_capturing(c.objid) FROM pg_event_trigger_ddl_commands() AS c
  WHERE c.classid = 'pg_class'::regclass AND EXISTS (
    SELECT FROM epoch.captures AS n
    WHERE n.relation IN (SELECT c.objid UNION SELECT p.relid FROM pg_partition_tree(c.objid) AS p));
  -- one thing at a time: while Epoch itself is upgraded, the functions that are asked further down may not be there
  SELECT p.* INTO open_table
  FROM pg_event_trigger_ddl_commands() AS c
  JOIN epoch.branch_tables AS p ON to_regclass(p.open_relation) = c.objid
  WHERE c.classid = 'pg_class'::regclass AND current_setting('epoch.following', true) IS DISTINCT FROM p.table_id;
  IF FOUND THEN
    PERFORM epoch.note_open_alteration(open_table.branch_id, open_table.table_id);
  END IF;
  FOR altered IN
    SELECT DISTINCT t.table_id
    FROM pg_event_trigger_ddl_commands() AS c
    JOIN epoch.tables AS t ON t.live_oid = c.objid AND NOT t.append_only
    JOIN epoch.table_columns AS k ON k.table_id = t.table_id AND k.number IS NOT NULL
    JOIN pg_attribute AS a ON a.attrelid = c.objid AND a.attnum = k.number AND NOT a.attisdropped
    WHERE c.classid = 'pg_class'::regclass
  LOOP
    IF epoch.is_retyped(altered) THEN
      PERFORM epoch.create_trigger_function(
        epoch.object_of('c', altered), format('#variable_conflict use_column' || E'\nBEGIN %s END', epoch.capture_left(altered)));
    END IF;
  END LOOP;
END
$$;

-- Whether a column of a captured table has another type than its images.
CREATE OR REPLACE FUNCTION epoch.is_retyped(of_table text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off
AS $$
  SELECT EXISTS (
    SELECT FROM epoch.table_columns AS k
    JOIN epoch.live_columns(epoch.live_table(of_table)) AS c ON c.number = k.number
    WHERE k.table_id = of_table AND (c.type, c.collation_clause) <> (k.type, k.collation_clause)
  )
$$;

-- Makes the event trigger unless it is there, or the role may not.
CREATE OR REPLACE FUNCTION epoch.watch_alterations() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user)
    AND NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'epoch_alterations')
  THEN
    CREATE EVENT TRIGGER epoch_alterations ON ddl_command_end WHEN TAG IN ('ALTER TABLE')
    EXECUTE FUNCTION epoch.note_alteration();
    -- also where session_replication_role = replica
    ALTER EVENT TRIGGER epoch_alterations ENABLE ALWAYS;
  END IF;
  PERFORM epoch.watch_live_schema();
END
$$;

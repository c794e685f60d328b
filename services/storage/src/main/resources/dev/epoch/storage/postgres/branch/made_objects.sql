-- Views, functions and types that merges make, beside live tables or in the first schema of a branch. They are given to the
-- owner of a table, as open tables are: Epoch's role makes them, and applications own them.

-- What is a table's owner's if it is made: objects that this transaction has made, in one schema, or in all but Epoch's.
CREATE OR REPLACE FUNCTION epoch.made_objects(in_schema text) RETURNS TABLE (kind text, name text, schema_name text, empty boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH places AS (
    SELECT n.oid, n.nspname::text FROM pg_namespace AS n
    WHERE CASE
      WHEN in_schema IS NOT NULL THEN n.nspname = in_schema
      ELSE NOT starts_with(n.nspname, 'pg_') AND NOT starts_with(n.nspname, 'epoch') AND n.nspname <> 'information_schema'
    END
  ), me AS (
    SELECT r.oid, pg_current_xact_id()::xid AS began FROM pg_roles AS r WHERE r.rolname = current_user
  )
  SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'SEQUENCE' END,
    c.oid::regclass::text, p.nspname, c.relkind = 'm' AND NOT c.relispopulated
  FROM places AS p CROSS JOIN me
  JOIN pg_class AS c ON c.relnamespace = p.oid AND c.relowner = me.oid AND c.relkind IN ('v', 'm', 'S')
  WHERE age(c.xmin) <= age(me.began)
    AND NOT EXISTS (
      SELECT FROM pg_depend AS d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
        AND d.deptype IN ('a', 'i')
    )
    -- the branch's own views of tables are Epoch's
    AND NOT (c.relkind = 'v' AND coalesce(obj_description(c.oid, 'pg_class') ~ '^Epoch: ', false))
  UNION ALL
  SELECT 'ROUTINE', f.oid::regprocedure::text, p.nspname, false
  FROM places AS p CROSS JOIN me
  JOIN pg_proc AS f ON f.pronamespace = p.oid AND f.proowner = me.oid
  WHERE age(f.xmin) <= age(me.began)
  UNION ALL
  SELECT 'TYPE', y.oid::regtype::text, p.nspname, false
  FROM places AS p CROSS JOIN me
  JOIN pg_type AS y ON y.typnamespace = p.oid AND y.typowner = me.oid
  LEFT JOIN pg_class AS c ON c.oid = y.typrelid
  WHERE age(y.xmin) <= age(me.began) AND (y.typtype IN ('d', 'e', 'r') OR y.typtype = 'c' AND c.relkind = 'c')
$$;

-- Gives these to the owner of a live table, if Epoch's role can; else that role may use them. Materialized views are filled
-- when they have their owner: their queries run as the owner.
CREATE OR REPLACE FUNCTION epoch.give_made_objects(of_table text, in_schema text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  new_owner oid := (SELECT c.relowner FROM pg_class AS c WHERE c.oid = epoch.users_table(of_table));
  is_other boolean := new_owner <> (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = current_user);
  made record;
BEGIN
  FOR made IN SELECT * FROM epoch.made_objects(in_schema) LOOP
    IF is_other AND epoch.can_give_in(made.schema_name, new_owner) THEN
      PERFORM epoch.give_object(made.kind, made.name, made.schema_name, new_owner);
    ELSIF is_other AND made.kind NOT IN ('ROUTINE', 'TYPE') THEN
      EXECUTE format(
        'GRANT ALL ON %s %s TO %s', CASE made.kind WHEN 'SEQUENCE' THEN 'SEQUENCE' ELSE 'TABLE' END, made.name, new_owner::regrole);
    END IF;
    IF made.empty THEN
      EXECUTE format('REFRESH MATERIALIZED VIEW %s', made.name);
    END IF;
  END LOOP;
END
$$;

-- Whether columns of tables have a type, or arrays of it.
CREATE OR REPLACE FUNCTION epoch.is_type_of_columns(of_type oid) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT
    FROM pg_type AS y
    JOIN pg_attribute AS a ON a.atttypid IN (y.oid, y.typarray) AND NOT a.attisdropped
    JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'c')
    WHERE y.oid = of_type
  )
$$;

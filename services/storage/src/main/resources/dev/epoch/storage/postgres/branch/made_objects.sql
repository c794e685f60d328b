-- Views, functions and types that merges make, beside live tables or in the first schema of a branch. They are given to the
-- role that made them on a branch, else to the owner of a table, as open tables are: Epoch's role makes them.

-- What this transaction has made or replaced, in one schema or in all but Epoch's. What Epoch's role owns is new.
DROP FUNCTION IF EXISTS epoch.made_objects(text);
CREATE OR REPLACE FUNCTION epoch.made_objects(in_schema text)
RETURNS TABLE (id text, kind text, name text, schema_name text, owner oid, is_empty boolean, acts boolean, is_called_for_others boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH places AS (
    SELECT n.oid, n.nspname::text FROM pg_namespace AS n
    WHERE CASE
      WHEN in_schema IS NOT NULL THEN n.nspname = in_schema
      ELSE NOT starts_with(n.nspname, 'pg_') AND NOT starts_with(n.nspname, 'epoch') AND n.nspname <> 'information_schema'
    END
  ), own AS (
    SELECT pg_current_xact_id()::xid AS began, r.oid AS me FROM pg_roles AS r WHERE r.rolname = current_user
  )
  SELECT 'relation ' || c.oid, CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'SEQUENCE' END,
    c.oid::regclass::text, p.nspname, c.relowner, c.relkind = 'm' AND NOT c.relispopulated,
    -- it reads with its owner's rights
    c.relkind IN ('v', 'm') AND NOT coalesce(c.reloptions && '{security_invoker=true,security_invoker=on,security_invoker=1}', false),
    false
  FROM places AS p CROSS JOIN own
  JOIN pg_class AS c ON c.relnamespace = p.oid AND c.relkind IN ('v', 'm', 'S')
  WHERE (
      c.relowner = own.me AND age(c.xmin) <= age(own.began)
      OR EXISTS (
        SELECT FROM pg_rewrite AS r
        WHERE r.ev_class = c.oid AND r.rulename = '_RETURN' AND c.relowner <> own.me AND age(r.xmin) <= age(own.began)
      )
    )
    AND NOT EXISTS (
      SELECT FROM pg_depend AS d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
        AND d.deptype IN ('a', 'i')
    )
    -- the branch's own views of tables are Epoch's
    AND NOT (c.relkind = 'v' AND coalesce(obj_description(c.oid, 'pg_class') ~ '^Epoch: ', false))
  UNION ALL
  SELECT 'routine ' || f.oid, 'ROUTINE', f.oid::regprocedure::text, p.nspname, f.proowner, false,
    f.prosecdef OR f.prorettype = 'trigger'::regtype, f.prosecdef OR f.prorettype = 'trigger'::regtype
  FROM places AS p CROSS JOIN own
  JOIN pg_proc AS f ON f.pronamespace = p.oid
  WHERE age(f.xmin) <= age(own.began)
  UNION ALL
  SELECT 'type ' || y.oid, 'TYPE', y.oid::regtype::text, p.nspname, y.typowner, false, false, false
  FROM places AS p CROSS JOIN own
  JOIN pg_type AS y ON y.typnamespace = p.oid AND y.typowner = own.me
  LEFT JOIN pg_class AS c ON c.oid = y.typrelid
  WHERE age(y.xmin) <= age(own.began) AND (y.typtype IN ('d', 'e', 'r') OR y.typtype = 'c' AND c.relkind = 'c')
$$;

-- Whether a role has the rights of another. One that is not there has none.
CREATE OR REPLACE FUNCTION epoch.is_member(role_name text, of_role oid) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = role_name AND pg_has_role(r.oid, of_role, 'MEMBER'))
$$;

DROP FUNCTION IF EXISTS epoch.give_made_objects(text, text);

-- Gives these to who made them first, if there is such a role and Epoch's can; else to the owner of a live table, if Epoch's
-- can; else that role may use them. Materialized views are filled when they have their owner: their queries run as the owner.
--
--   maker is            function, procedure, trigger, view that is new       function or view of another that is replaced
--   a member of owner   is brought                                           is brought
--   no member, or gone  SECURITY DEFINER, functions of triggers and what     has to be merged by a member of its owner
--                       acts with rights that its maker does not have
--                       have to be merged by a member of the owner
--
-- ids and makers: what was made by whom, and behind that whose the one was that it replaces, who gets it; by_role: in whose session that was asked for, null for who may do what the server
-- may. Where a branch begins (leaving), nobody answers for anything: what acts with rights that its maker does not have is
-- left out. Answers the names of what is left out.
CREATE OR REPLACE FUNCTION epoch.give_made_objects(
  of_table text, in_schema text, ids text[], makers text[], by_role text, leaving boolean
) RETURNS SETOF text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  me oid := (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = current_user);
  table_owner oid := (SELECT c.relowner FROM pg_class AS c WHERE c.oid = epoch.users_table(of_table));
  made record;
  told text[];
  maker text;
  heir oid;
  new_owner oid;
BEGIN
  FOR made IN SELECT * FROM epoch.made_objects(in_schema) LOOP
    told := ARRAY(
      SELECT t.role FROM unnest(ids, makers) WITH ORDINALITY AS t (id, role, place) WHERE t.id = made.id ORDER BY t.place);
    maker := told[1];
    -- of what is replaced
    heir := CASE WHEN made.owner <> me THEN made.owner
      ELSE (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = told[cardinality(told)] AND r.oid <> me) END;
    IF cardinality(told) > 1 AND heir IS NOT NULL OR made.owner <> me THEN
      IF maker IS DISTINCT FROM current_user AND NOT epoch.is_member(maker, heir) AND NOT leaving THEN
        PERFORM epoch.require_member(made.kind, made.name, maker, by_role, heir, NULL);
      END IF;
      CONTINUE WHEN made.owner <> me;
    END IF;
    new_owner := CASE WHEN heir IS NOT NULL AND epoch.can_give_in(made.schema_name, heir) THEN heir ELSE table_owner END;
    IF maker IS DISTINCT FROM current_user AND NOT epoch.is_member(maker, table_owner) THEN
      IF leaving AND made.acts AND new_owner IS DISTINCT FROM heir THEN
        EXECUTE format('DROP %s IF EXISTS %s CASCADE', made.kind, made.name);
        RETURN NEXT made.name;
        CONTINUE;
      ELSIF NOT leaving AND (made.is_called_for_others OR made.acts AND new_owner IS DISTINCT FROM heir) THEN
        PERFORM epoch.require_member(
          made.kind, made.name, maker, by_role, table_owner,
          CASE WHEN heir IS NOT NULL AND NOT made.is_called_for_others THEN epoch.membership_of(heir) END);
      END IF;
    END IF;
    IF new_owner <> me AND epoch.can_give_in(made.schema_name, new_owner) THEN
      PERFORM epoch.give_object(made.kind, made.name, made.schema_name, new_owner);
    ELSIF new_owner <> me AND made.kind NOT IN ('ROUTINE', 'TYPE') THEN
      EXECUTE format(
        'GRANT ALL ON %s %s TO %s', CASE made.kind WHEN 'SEQUENCE' THEN 'SEQUENCE' ELSE 'TABLE' END, made.name, new_owner::regrole);
    END IF;
    IF made.is_empty THEN
      EXECUTE format('REFRESH MATERIALIZED VIEW %s', made.name);
    END IF;
  END LOOP;
  IF NOT leaving THEN
    PERFORM epoch.require_members_of_triggers(in_schema, by_role);
  END IF;
END
$$;

-- Fails unless a merge is by a member of a role: what else would help is told.
CREATE OR REPLACE FUNCTION epoch.require_member(
  kind text, name text, maker text, by_role text, of_role oid, otherwise text
) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF by_role IS NOT NULL AND NOT epoch.is_member(by_role, of_role) THEN
    RAISE EXCEPTION '% % was made by %, which is no member of %, and neither is %, which merges it',
      lower(kind), name, coalesce(quote_ident(maker), 'a role that is not known'), of_role::regrole, quote_ident(by_role)
      USING ERRCODE = 'insufficient_privilege',
        HINT = concat_ws(
          '; or ', format('Have it merged by a member of %s, or through the API by an administrator', of_role::regrole), otherwise);
  END IF;
END
$$;

-- A trigger is by whom its function belongs to; it is called with the rights of whoever writes the table.
CREATE OR REPLACE FUNCTION epoch.require_members_of_triggers(in_schema text, by_role text) RETURNS void
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT epoch.require_member(
    'TRIGGER', format('%I on %s', t.tgname, c.oid::regclass), pg_get_userbyid(f.proowner), by_role, c.relowner, NULL)
  FROM pg_trigger AS t
  JOIN pg_class AS c ON c.oid = t.tgrelid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_proc AS f ON f.oid = t.tgfoid
  WHERE by_role IS NOT NULL AND NOT t.tgisinternal AND f.pronamespace <> 'epoch'::regnamespace
    AND age(t.xmin) <= age(pg_current_xact_id()::xid)
    AND CASE WHEN in_schema IS NOT NULL THEN n.nspname = in_schema ELSE NOT starts_with(n.nspname, 'epoch') END
    AND f.proowner <> (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = current_user)
    AND NOT pg_has_role(f.proowner, c.relowner, 'MEMBER')
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

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

-- What this transaction has made or changed beside live tables, or on these, that needs something of a branch: this would go with
-- the branch, and change with it. Rows of the catalogs are younger than the transaction where it made them.
CREATE OR REPLACE FUNCTION epoch.live_needs(tables text[]) RETURNS TABLE (dependent text, needed text, branch text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH me AS (
    SELECT pg_current_xact_id()::xid AS began
  ), live AS (
    SELECT epoch.users_table(t)::oid AS oid FROM unnest(tables) AS t
  ), parts (catalog, id, place) AS (
    SELECT 'pg_class'::regclass, c.oid, c.relnamespace FROM pg_class AS c CROSS JOIN me
    WHERE age(c.xmin) <= age(me.began) OR c.oid IN (SELECT oid FROM live)
    UNION ALL
    SELECT 'pg_constraint'::regclass, o.oid, o.connamespace FROM pg_constraint AS o CROSS JOIN me
    WHERE age(o.xmin) <= age(me.began) OR o.conrelid IN (SELECT oid FROM live)
    UNION ALL
    SELECT 'pg_class'::regclass, i.indexrelid, c.relnamespace FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE i.indrelid IN (SELECT oid FROM live)
    UNION ALL
    SELECT 'pg_attrdef'::regclass, f.oid, c.relnamespace FROM pg_attrdef AS f JOIN pg_class AS c ON c.oid = f.adrelid CROSS JOIN me
    WHERE age(f.xmin) <= age(me.began) OR c.oid IN (SELECT oid FROM live)
    UNION ALL
    SELECT 'pg_trigger'::regclass, g.oid, c.relnamespace FROM pg_trigger AS g JOIN pg_class AS c ON c.oid = g.tgrelid CROSS JOIN me
    WHERE age(g.xmin) <= age(me.began) OR c.oid IN (SELECT oid FROM live)
    UNION ALL
    SELECT 'pg_policy'::regclass, p.oid, c.relnamespace FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid CROSS JOIN me
    WHERE age(p.xmin) <= age(me.began) OR c.oid IN (SELECT oid FROM live)
    UNION ALL
    SELECT 'pg_rewrite'::regclass, w.oid, c.relnamespace FROM pg_rewrite AS w JOIN pg_class AS c ON c.oid = w.ev_class CROSS JOIN me
    WHERE age(w.xmin) <= age(me.began)
    UNION ALL
    SELECT 'pg_type'::regclass, y.oid, y.typnamespace FROM pg_type AS y CROSS JOIN me WHERE age(y.xmin) <= age(me.began)
    UNION ALL
    SELECT 'pg_proc'::regclass, f.oid, f.pronamespace FROM pg_proc AS f CROSS JOIN me WHERE age(f.xmin) <= age(me.began)
  )
  SELECT DISTINCT pg_describe_object(p.catalog, p.id, 0), pg_describe_object(d.refclassid, d.refobjid, 0), b.name
  FROM parts AS p
  JOIN pg_namespace AS n ON n.oid = p.place AND n.nspname <> 'epoch' AND NOT starts_with(n.nspname, 'pg_')
    AND NOT epoch.is_for_branches(n.nspname)
  JOIN pg_depend AS d ON d.classid = p.catalog AND d.objid = p.id AND d.refobjid >= 16384
  LEFT JOIN pg_class AS c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
  LEFT JOIN pg_proc AS f ON d.refclassid = 'pg_proc'::regclass AND f.oid = d.refobjid
  LEFT JOIN pg_type AS y ON d.refclassid = 'pg_type'::regclass AND y.oid = d.refobjid
  LEFT JOIN pg_operator AS o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
  LEFT JOIN pg_collation AS l ON d.refclassid = 'pg_collation'::regclass AND l.oid = d.refobjid
  JOIN pg_namespace AS m ON m.oid = coalesce(c.relnamespace, f.pronamespace, y.typnamespace, o.oprnamespace, l.collnamespace)
    AND epoch.is_for_branches(m.nspname)
  LEFT JOIN epoch.branches AS b ON b.branch_id = epoch.branch_of_schema(m.nspname)
  ORDER BY 1, 2
$$;

-- A table that came from a branch means live objects: what it was made with named those of the branch.
CREATE OR REPLACE FUNCTION epoch.mean_live_objects(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  live regclass := epoch.users_table(of_table);
  part record;
BEGIN
  FOR part IN
    SELECT DISTINCT d.classid, d.objid, epoch.branch_of_schema(m.nspname) AS branch_id
    FROM (
      SELECT 'pg_attrdef'::regclass, f.oid FROM pg_attrdef AS f
      JOIN pg_attribute AS a ON a.attrelid = f.adrelid AND a.attnum = f.adnum AND a.attgenerated = '' WHERE f.adrelid = live
      UNION ALL
      SELECT 'pg_constraint'::regclass, o.oid FROM pg_constraint AS o WHERE o.conrelid = live AND o.contype = 'c'
      UNION ALL
      SELECT 'pg_class'::regclass, i.indexrelid FROM pg_index AS i
      WHERE i.indrelid = live AND NOT EXISTS (SELECT FROM pg_constraint AS o WHERE o.conindid = i.indexrelid)
    ) AS p (catalog, id)
    JOIN pg_depend AS d ON d.classid = p.catalog AND d.objid = p.id
    LEFT JOIN pg_class AS c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
    LEFT JOIN pg_proc AS f ON d.refclassid = 'pg_proc'::regclass AND f.oid = d.refobjid
    JOIN pg_namespace AS m ON m.oid = coalesce(c.relnamespace, f.pronamespace)
    WHERE epoch.branch_of_schema(m.nspname) IS NOT NULL
  LOOP
    CASE part.classid
      WHEN 'pg_attrdef'::regclass THEN
        -- rows have values that the branch's sequence gave
        PERFORM epoch.advance_sequence(h.home, epoch.last_given(h.own))
        FROM pg_depend AS d
        JOIN pg_class AS c ON c.oid = d.refobjid AND c.relkind = 'S'
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL (
          SELECT format('%I.%I', n.nspname, c.relname), format('%I.%I', epoch.home_of_own(part.branch_id), c.relname)
        ) AS h (own, home)
        WHERE d.classid = part.classid AND d.objid = part.objid AND d.refclassid = 'pg_class'::regclass
          AND epoch.branch_of_schema(n.nspname) IS NOT NULL AND to_regclass(h.home) IS NOT NULL;
        EXECUTE (
          SELECT format(
            'ALTER TABLE %s ALTER %I SET DEFAULT %s', live, a.attname,
            epoch.own_at_home(part.branch_id, pg_get_expr(f.adbin, f.adrelid)))
          FROM pg_attrdef AS f JOIN pg_attribute AS a ON a.attrelid = f.adrelid AND a.attnum = f.adnum WHERE f.oid = part.objid);
      WHEN 'pg_constraint'::regclass THEN
        EXECUTE (
          SELECT format(
            'ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %2$I %s', live, o.conname,
            epoch.own_at_home(part.branch_id, pg_get_constraintdef(o.oid)))
          FROM pg_constraint AS o WHERE o.oid = part.objid);
      ELSE
        EXECUTE format(
          'DROP INDEX %s; %s', part.objid::regclass, epoch.own_at_home(part.branch_id, pg_get_indexdef(part.objid)));
    END CASE;
  END LOOP;
END
$$;

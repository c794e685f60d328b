-- Owners of open tables. An open table belongs to the owner of the live table where Epoch's role can give it away and go on
-- working with it: then the application's own role, and its migration tool's, can alter it. Else it is Epoch's.

-- Whether Epoch's role can give a table to a role, and has that role's rights afterwards.
CREATE OR REPLACE FUNCTION epoch.can_give_to(new_owner oid) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT pg_has_role(new_owner, 'USAGE')
    AND pg_has_role(
      new_owner, CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END)
$$;

-- The statement after which it can: from PostgreSQL 16 on a GRANT that says nothing of them leaves INHERIT and SET of a
-- former one as they are.
CREATE OR REPLACE FUNCTION epoch.membership_of(new_owner oid) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('GRANT %s TO %I', new_owner::regrole, current_user)
    || CASE
      WHEN current_setting('server_version_num')::integer >= 160000 AND pg_has_role(new_owner, 'MEMBER')
        THEN ' WITH INHERIT TRUE, SET TRUE'
      ELSE ''
    END
$$;

-- Whether an object in a schema can be given to a role: it can create there, or Epoch's role can let it.
CREATE OR REPLACE FUNCTION epoch.can_give_in(in_schema text, new_owner oid) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT epoch.can_give_to(new_owner)
    AND (has_schema_privilege(new_owner, in_schema, 'CREATE') OR has_schema_privilege(in_schema, 'CREATE WITH GRANT OPTION'))
$$;

-- Gives an object to a role, which has to be able to create in its schema, for this moment.
CREATE OR REPLACE FUNCTION epoch.give_object(kind text, name text, in_schema text, new_owner oid) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  may_create boolean := has_schema_privilege(new_owner, in_schema, 'CREATE');
BEGIN
  IF NOT may_create THEN
    EXECUTE format('GRANT CREATE ON SCHEMA %I TO %s', in_schema, new_owner::regrole);
  END IF;
  EXECUTE format('ALTER %s %s OWNER TO %s', kind, name, new_owner::regrole);
  IF NOT may_create THEN
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM %s', in_schema, new_owner::regrole);
  END IF;
END
$$;

-- Lets the roles create in a branch's schema that may create in the schemas of its live tables or in public, and no others:
-- to make an index, a constraint with one, or to rename takes that right.
CREATE OR REPLACE FUNCTION epoch.grant_creation(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  in_schema pg_namespace;
  change record;
BEGIN
  IF epoch.is_commit(of_branch) THEN
    RETURN;
  END IF;
  SELECT n.* INTO STRICT in_schema
  FROM epoch.branches AS b JOIN pg_namespace AS n ON n.nspname = b.changed_schema
  WHERE b.branch_id = of_branch;
  FOR change IN
    SELECT coalesce(wanted.grantee, given.grantee) AS grantee, given.grantee IS NULL AS is_new
    FROM (
      SELECT DISTINCT a.grantee
      FROM pg_namespace AS n
      CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
      WHERE a.privilege_type = 'CREATE' AND a.grantee <> in_schema.nspowner
        AND (
          n.nspname = 'public'
          OR EXISTS (
            SELECT FROM epoch.branch_tables AS p
            JOIN epoch.tables AS t ON t.table_id = p.table_id
            WHERE p.branch_id = of_branch AND coalesce(t.home_schema, t.schema_name) = n.nspname
          )
        )
    ) AS wanted
    FULL JOIN (
      SELECT DISTINCT a.grantee
      FROM aclexplode(in_schema.nspacl) AS a
      WHERE a.privilege_type = 'CREATE' AND a.grantee <> in_schema.nspowner
    ) AS given ON given.grantee = wanted.grantee
    WHERE wanted.grantee IS NULL OR given.grantee IS NULL
    ORDER BY 1
  LOOP
    EXECUTE format(
      CASE WHEN change.is_new THEN 'GRANT CREATE ON SCHEMA %I TO %s' ELSE 'REVOKE CREATE ON SCHEMA %I FROM %s CASCADE' END,
      in_schema.nspname, CASE change.grantee WHEN 0 THEN 'PUBLIC' ELSE change.grantee::regrole::text END);
  END LOOP;
END
$$;

-- Gives an open table the owner that it is to have. The caller has locked the branch's row in epoch.branches.
CREATE OR REPLACE FUNCTION epoch.give_open_table(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  open_table pg_class;
  new_owner oid := (SELECT c.relowner FROM pg_class AS c WHERE c.oid = epoch.users_table(of_table));
BEGIN
  SELECT c.* INTO open_table
  FROM epoch.branch_tables AS p JOIN pg_class AS c ON c.oid = to_regclass(p.open_relation)
  WHERE p.branch_id = of_branch AND p.table_id = of_table;
  IF NOT epoch.can_give_to(new_owner) THEN
    new_owner := (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = current_user);
  END IF;
  IF open_table.relowner = new_owner OR NOT epoch.can_give_to(open_table.relowner) THEN
    RETURN;
  END IF;
  PERFORM epoch.give_object('TABLE', open_table.oid::regclass::text, n.nspname, new_owner)
  FROM pg_namespace AS n WHERE n.oid = open_table.relnamespace;
END
$$;

-- Gives the open tables of a branch the owners that their live tables were given since.
CREATE OR REPLACE FUNCTION epoch.renew_owners(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET lock_timeout = '200ms'
AS $$
DECLARE
  of_table text;
BEGIN
  PERFORM epoch.grant_creation(of_branch);
  FOR of_table IN
    SELECT p.table_id FROM epoch.branch_tables AS p
    WHERE p.branch_id = of_branch AND to_regclass(p.open_relation) IS NOT NULL ORDER BY p.table_id
  LOOP
    BEGIN
      PERFORM epoch.give_open_table(of_branch, of_table);
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      -- somebody is at work on the table: the next session tries again
      UPDATE epoch.branches SET privileges_seen = NULL WHERE branch_id = of_branch;
    END;
  END LOOP;
END
$$;

-- Row-level security on branches. A view reads as its owner, whom policies do not stop; so the views of a table with
-- row-level security hold the policies as conditions, which are about the role that reads: current_user and settings
-- in them are those of its session. (Views with security_invoker, from PostgreSQL 15 on, would need privileges on
-- Epoch's own tables, and policies there.)

-- What a role must fulfil to see (r), insert (a), update (w) or delete (d) rows, over the table's columns. Tables that
-- policies read are read with the privileges of the views' owner.
CREATE OR REPLACE FUNCTION epoch.policy_condition(live regclass, command "char", is_check boolean) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH policies AS (
    SELECT p.polname, p.polpermissive,
      (
        SELECT string_agg(
          CASE r.role WHEN 0 THEN 'true' ELSE format('pg_has_role(%s::oid, ''USAGE'')', r.role) END, ' OR ')
        FROM unnest(p.polroles) AS r (role)
      ) AS applies,
      coalesce(
        pg_get_expr(
          CASE WHEN is_check THEN coalesce(p.polwithcheck, p.polqual) ELSE p.polqual END, p.polrelid),
        'true'
      ) AS condition
    FROM pg_policy AS p
    WHERE p.polrelid = live AND p.polcmd IN ('*', command)
  )
  SELECT concat_ws(
    ' AND ',
    coalesce(
      '(' || string_agg(format('(%s) AND (%s)', p.applies, p.condition), ' OR ' ORDER BY p.polname)
        FILTER (WHERE p.polpermissive) || ')',
      'false'),
    string_agg(format('((%s) IS NOT TRUE OR (%s))', p.applies, p.condition), ' AND ' ORDER BY p.polname)
      FILTER (WHERE NOT p.polpermissive))
  FROM policies AS p
$$;

-- What the policies of a table say, to know whether views are up to date; empty without row-level security.
CREATE OR REPLACE FUNCTION epoch.policy_digest(live regclass) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN NOT c.relrowsecurity THEN ''
    ELSE md5(concat_ws(
      ';',
      epoch.policy_condition(live, 'r', false), epoch.policy_condition(live, 'a', true),
      epoch.policy_condition(live, 'w', false), epoch.policy_condition(live, 'w', true),
      epoch.policy_condition(live, 'd', false)))
  END
  FROM pg_class AS c
  WHERE c.oid = live
$$;

-- The rows of a query for a table's rows that the policies let the reader see.
CREATE OR REPLACE FUNCTION epoch.policy_select(live regclass, query text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    'SELECT %1$s FROM (%2$s) AS %3$I WHERE (SELECT NOT row_security_active(%4$s::oid)) OR (%5$s)',
    epoch.column_list(epoch.visible_columns(live), c.relname), query, c.relname, live::oid,
    epoch.policy_condition(live, 'r', false))
  FROM pg_class AS c
  WHERE c.oid = live
$$;

-- Makes the function before writes through views of a table with row-level security. It runs as the writer: rows that it
-- may not update or delete are passed over, rows that it may not bring about are refused.
CREATE OR REPLACE FUNCTION epoch.create_policy_function(of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $function$
DECLARE
  live regclass := epoch.users_table(of_table);
  table_name name;
  old_row text;
  new_row text;
BEGIN
  SELECT c.relname INTO STRICT table_name FROM pg_class AS c WHERE c.oid = live;
  SELECT string_agg(format('OLD.%I AS %1$I', c), ', '), string_agg(format('NEW.%I AS %1$I', c), ', ')
  INTO STRICT old_row, new_row
  FROM unnest(epoch.visible_columns(live)) AS c;
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION epoch.%I() RETURNS trigger LANGUAGE plpgsql '
    'SET search_path = pg_catalog, pg_temp AS %L',
    epoch.object_of('p', of_table),
    format(
      $body$
        #variable_conflict use_column
        DECLARE
          allowed boolean;
        BEGIN
          IF NOT row_security_active(%1$s::oid) THEN
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
          END IF;
          IF TG_OP = 'UPDATE' THEN
            SELECT %2$s INTO allowed FROM (SELECT %7$s) AS %6$I;
          ELSIF TG_OP = 'DELETE' THEN
            SELECT %3$s INTO allowed FROM (SELECT %7$s) AS %6$I;
          ELSE
            allowed := true;
          END IF;
          IF allowed IS NOT TRUE THEN
            RETURN NULL;
          END IF;
          IF TG_OP = 'DELETE' THEN
            RETURN OLD;
          END IF;
          IF TG_OP = 'UPDATE' THEN
            SELECT (%4$s) AND (%9$s) INTO allowed FROM (SELECT %8$s) AS %6$I;
          ELSE
            SELECT %5$s INTO allowed FROM (SELECT %8$s) AS %6$I;
          END IF;
          IF allowed IS NOT TRUE THEN
            RAISE EXCEPTION 'new row violates row-level security policy for table "%%"', %10$L
              USING ERRCODE = 'insufficient_privilege';
          END IF;
          RETURN NEW;
        END
      $body$,
      live::oid, epoch.policy_condition(live, 'w', false), epoch.policy_condition(live, 'd', false),
      epoch.policy_condition(live, 'w', true), epoch.policy_condition(live, 'a', true),
      table_name, old_row, new_row, epoch.policy_condition(live, 'r', false), table_name));
  EXECUTE format('REVOKE ALL ON FUNCTION epoch.%I() FROM PUBLIC', epoch.object_of('p', of_table));
END
$function$;

-- Functions behind triggers that a branch has replaced: triggers of its open tables call the branch's, as names on the branch
-- mean the branch. They are the live tables' triggers; those that sessions have made say themselves what they call.

-- Triggers of open tables that call a live function of which the branch has its own. Who has made that can act as the owner of
-- the live function or of the table: it runs as whoever writes the table.
CREATE OR REPLACE FUNCTION epoch.replaced_functions(of_branch text)
RETURNS TABLE (table_id text, trigger_id oid, called oid)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT p.table_id, g.oid, own.oid
  FROM epoch.branches AS b
  JOIN pg_namespace AS n ON n.nspname = b.changed_schema
  JOIN pg_proc AS own ON own.pronamespace = n.oid AND own.pronargs = 0 AND own.prorettype = 'trigger'::regtype
  JOIN epoch.branch_tables AS p ON p.branch_id = b.branch_id AND p.open_relation IS NOT NULL
  JOIN pg_class AS c ON c.oid = to_regclass(p.open_relation)
  JOIN pg_trigger AS g ON g.tgrelid = c.oid AND NOT g.tgisinternal
  JOIN pg_proc AS live ON live.oid = g.tgfoid AND live.proname = own.proname AND live.pronamespace <> own.pronamespace
  WHERE b.branch_id = of_branch AND live.pronamespace <> 'epoch'::regnamespace
    AND (pg_has_role(own.proowner, live.proowner, 'MEMBER') OR pg_has_role(own.proowner, c.relowner, 'MEMBER'))
$$;

-- Lets these triggers call the branch's functions. That is no change of the table's that a session has made.
CREATE OR REPLACE FUNCTION epoch.call_own_functions(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning SET quote_all_identifiers = off
AS $$
DECLARE
  replaced record;
  g pg_trigger;
  former text;
  place integer;
BEGIN
  IF current_setting('transaction_read_only')::boolean THEN
    RETURN;
  END IF;
  FOR replaced IN SELECT * FROM epoch.replaced_functions(of_branch) LOOP
    SELECT * INTO STRICT g FROM pg_trigger AS t WHERE t.oid = replaced.trigger_id;
    former := format('EXECUTE FUNCTION %s(', g.tgfoid::regproc);
    place := strpos(pg_get_triggerdef(g.oid), former);
    BEGIN
      PERFORM epoch.replace_trigger(g.oid, overlay(
        pg_get_triggerdef(g.oid) PLACING format('EXECUTE FUNCTION %s(', replaced.called::regproc)
        FROM place FOR length(former)));
      UPDATE epoch.branch_tables AS p
      SET open_made = jsonb_set(p.open_made, '{given}', (
        SELECT coalesce(jsonb_agg(
          CASE
            WHEN e ->> 0 = 'trigger' AND e ->> 1 = g.tgname
            THEN (
              SELECT jsonb_build_array(t.kind, t.name, t.statement)
              FROM epoch.table_parts(g.tgrelid) AS t WHERE t.kind = 'trigger' AND t.name = g.tgname)
            ELSE e
          END), '[]')
        FROM jsonb_array_elements(p.open_made -> 'given') AS e))
      WHERE p.branch_id = of_branch AND p.table_id = replaced.table_id AND p.open_made ? 'given';
    EXCEPTION WHEN object_in_use OR lock_not_available OR deadlock_detected OR insufficient_privilege THEN
      -- while the trigger has yet to fire, or Epoch's role may not: a later session's use_branch does it
      NULL;
    END;
  END LOOP;
END
$$;

-- Makes a trigger anew by another definition, switched as it was.
CREATE OR REPLACE FUNCTION epoch.replace_trigger(trigger_id oid, definition text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
  g pg_trigger;
BEGIN
  SELECT * INTO STRICT g FROM pg_trigger AS t WHERE t.oid = trigger_id;
  IF g.tgconstraint = 0 THEN
    EXECUTE regexp_replace(definition, '^CREATE ', 'CREATE OR REPLACE ');
  ELSE
    EXECUTE format('DROP TRIGGER %I ON %s', g.tgname, g.tgrelid::regclass);
    EXECUTE definition;
  END IF;
  IF g.tgenabled <> 'O' THEN
    EXECUTE format(
      'ALTER TABLE %s %s TRIGGER %I', g.tgrelid::regclass,
      CASE g.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, g.tgname);
  END IF;
END
$$;

-- The same where a session has just made a function on a branch, given by its schema, and Epoch's role has an event trigger.
CREATE OR REPLACE FUNCTION epoch.note_function(in_schema text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM epoch.call_own_functions(b.branch_id) FROM epoch.branches AS b WHERE b.changed_schema = in_schema AND NOT b.dropped;
END
$$;

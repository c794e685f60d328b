-- Commands that sessions hand to the server: a procedure puts a row into epoch.commands and commits, a server takes it,
-- does what it says, and writes the answer into it.
--
--   procedure                    epoch.commands                 server
--   send_command  -- COMMIT -->  sent, NOTIFY epoch_commands -->  take: leased for some seconds, again and again
--   command_outcome <----------- answered <---------------------- answer
--
-- A server that ends in between leaves a lease that ends: the next one takes the row, and runs the command with the
-- same idempotency key, which is the row's id.

CREATE TABLE IF NOT EXISTS epoch.commands (
  command_id uuid PRIMARY KEY,
  repository text NOT NULL,
  verb text NOT NULL,
  parameters jsonb NOT NULL,
  role_name text NOT NULL,
  sent_at timestamptz NOT NULL,
  leased_until timestamptz,
  answer jsonb,
  answered_at timestamptz,
  CHECK ((answer IS NULL) = (answered_at IS NULL))
);

CREATE INDEX IF NOT EXISTS commands_without_answer ON epoch.commands (sent_at) WHERE answer IS NULL;
CREATE INDEX IF NOT EXISTS commands_by_answer ON epoch.commands (answered_at) WHERE answer IS NOT NULL;

COMMENT ON TABLE epoch.commands IS 'Commands of sessions, with their answers for a day';
COMMENT ON COLUMN epoch.commands.verb IS 'Name of the procedure';
COMMENT ON COLUMN epoch.commands.role_name IS 'Who asks: the role that the session logged in with';
COMMENT ON COLUMN epoch.commands.leased_until IS 'A server that is alive is at it; null: none has seen it';

-- The repository that a session means: the one it names, the one it stands on a branch of, or the only one.
CREATE OR REPLACE FUNCTION epoch.session_repository(named text, path text, setting text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found text := named;
  known text[] := ARRAY(
    SELECT DISTINCT b.repository FROM epoch.branches AS b WHERE b.is_default AND NOT b.dropped ORDER BY b.repository);
BEGIN
  IF found IS NULL THEN
    SELECT s.repository INTO found FROM epoch.branches_of_session(path, setting) AS s ORDER BY s.place LIMIT 1;
  END IF;
  IF found IS NULL AND cardinality(known) = 1 THEN
    found := known[1];
  END IF;
  IF found IS NULL AND cardinality(known) > 1 THEN
    RAISE EXCEPTION 'Several repositories have tables in this database: %', array_to_string(known, ', ')
      USING ERRCODE = 'ambiguous_alias', HINT = format('Name one: repository => %L', known[1]);
  ELSIF found IS NULL OR found <> ALL (known) THEN
    RAISE EXCEPTION 'No repository%has tables in this database', coalesce(' "' || found || '" ', ' ')
      USING ERRCODE = 'undefined_object', HINT = 'epoch init NAME; epoch table add TABLE --location URL';
  END IF;
  RETURN found;
END
$$;

-- Whether a role may have a verb done: whether it may call the procedure of that name.
CREATE OR REPLACE FUNCTION epoch.may_command(role_name text, verb text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(bool_or(has_function_privilege(role_name, p.oid, 'EXECUTE')), false)
  FROM pg_proc AS p
  WHERE p.pronamespace = 'epoch'::regnamespace AND p.prokind = 'p' AND p.proname = verb
    AND p.proname <> 'run_command'
$$;

-- Hands a command to the server once the transaction commits. Answers its id.
CREATE OR REPLACE FUNCTION epoch.send_command(verb text, parameters jsonb, in_repository text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  id uuid := gen_random_uuid();
  -- whose rights count: those of the role that was chosen with SET ROLE, as for other statements
  acting text := coalesce(nullif(current_setting('role'), 'none'), session_user);
BEGIN
  IF NOT epoch.may_command(acting, verb) THEN
    RAISE EXCEPTION 'permission denied for procedure epoch.%', verb USING ERRCODE = 'insufficient_privilege',
      HINT = format('Who owns the schema epoch may allow it: SELECT epoch.grant_access(%L, ''write'')', acting);
  END IF;
  INSERT INTO epoch.commands (command_id, repository, verb, parameters, role_name, sent_at)
  SELECT id, in_repository, verb, coalesce(jsonb_object_agg(p.key, p.value), '{}'), session_user, clock_timestamp()
  FROM jsonb_each(parameters) AS p
  WHERE p.value <> 'null';
  PERFORM pg_notify('epoch_commands', '');
  RETURN id;
END
$$;

-- What became of a command of this role so far. Withdraws one that no server has taken for 4 seconds.
CREATE OR REPLACE FUNCTION epoch.command_outcome(id uuid, OUT is_over boolean, OUT answer jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  c epoch.commands;
BEGIN
  SELECT * INTO c FROM epoch.commands WHERE command_id = id AND role_name = session_user;
  IF NOT FOUND THEN
    is_over := true;
    answer := jsonb_build_object('error', jsonb_build_object('message', 'This role has no such command', 'detail', 'Answers are kept for a day.'));
  ELSIF c.answer IS NOT NULL THEN
    is_over := true;
    answer := c.answer;
  ELSIF c.leased_until IS NULL AND clock_timestamp() > c.sent_at + interval '4 seconds' THEN
    DELETE FROM epoch.commands WHERE command_id = id AND leased_until IS NULL;
    is_over := FOUND;
    answer := jsonb_build_object('error', jsonb_build_object(
      'message', 'No server of Epoch takes commands from this database',
      'detail', 'Nothing was done.',
      'remedy', format('Start the server that has the repository "%s", and look at: epoch doctor', c.repository)));
  ELSIF clock_timestamp() > c.leased_until + interval '5 seconds' THEN
    is_over := true;
    answer := jsonb_build_object('error', jsonb_build_object(
      'message', 'The server stopped while it was at this command; whether it was done is not known yet',
      'detail', 'It is done, once, or refused, when a server is back.',
      'remedy', format('What became of it: SELECT * FROM epoch.command_outcome(%L)', id)));
  ELSE
    is_over := false;
  END IF;
END
$$;

-- What PostgreSQL says, in the session's language, about a COMMIT where there must be none.
CREATE OR REPLACE FUNCTION epoch.commit_is_refused() RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
  COMMIT;
  RETURN '';
EXCEPTION
  WHEN invalid_transaction_termination THEN
    RETURN SQLERRM;
END
$$;

-- Hands a command to the server and waits for its answer.
CREATE OR REPLACE PROCEDURE epoch.run_command(verb text, parameters jsonb, INOUT answer jsonb DEFAULT NULL)
LANGUAGE plpgsql
AS $$
DECLARE
  in_repository text;
  command pg_catalog.uuid;
  is_over boolean := false;
  pause double precision := 0.002;
BEGIN
  -- within a transaction the command would be seen by nobody until its end
  BEGIN
    COMMIT;
  EXCEPTION
    WHEN invalid_transaction_termination THEN
      IF SQLERRM OPERATOR(pg_catalog.=) epoch.commit_is_refused() THEN
        RAISE EXCEPTION 'epoch.% cannot be called within a transaction or a function', verb
          USING ERRCODE = 'active_sql_transaction', DETAIL = 'The server sees what is committed only.',
            HINT = 'CALL it by itself: no BEGIN before it, autocommit on.';
      END IF;
  END;
  in_repository := epoch.session_repository(
    parameters OPERATOR(pg_catalog.->>) 'repository', pg_catalog.current_setting('search_path'),
    pg_catalog.current_setting('epoch.branch', true));
  command := epoch.send_command(
    verb, pg_catalog.jsonb_build_object('current', epoch.current_branch(in_repository))
      OPERATOR(pg_catalog.||) parameters, in_repository);
  COMMIT;
  WHILE NOT is_over LOOP
    PERFORM pg_catalog.pg_sleep(pause);
    pause := LEAST(pause OPERATOR(pg_catalog.*) 1.5, 0.05);
    SELECT o.is_over, o.answer INTO is_over, answer FROM epoch.command_outcome(command) AS o;
    COMMIT;
  END LOOP;
  IF answer OPERATOR(pg_catalog.#>>) '{error,remedy}' IS NOT NULL THEN
    RAISE EXCEPTION '%', answer OPERATOR(pg_catalog.#>>) '{error,message}' USING ERRCODE = 'EP003',
      DETAIL = answer OPERATOR(pg_catalog.#>>) '{error,detail}',
      HINT = answer OPERATOR(pg_catalog.#>>) '{error,remedy}';
  ELSIF answer OPERATOR(pg_catalog.?) 'error' THEN
    RAISE EXCEPTION '%', answer OPERATOR(pg_catalog.#>>) '{error,message}' USING ERRCODE = 'EP003',
      DETAIL = answer OPERATOR(pg_catalog.#>>) '{error,detail}';
  END IF;
END
$$;

-- Of versions before own_sequences and schema_only.
DROP PROCEDURE IF EXISTS epoch.create_branch(text, text, text, text);
DROP PROCEDURE IF EXISTS epoch.create_branch(text, text, text, text, boolean);

-- A branch at a branch, tag or commit; at the head of the session's branch if none is named. With own_sequences its columns
-- do not take values from those of the live tables; null for as on the branch that it starts from. With
-- schema_only it versions schemas and no rows.
CREATE OR REPLACE PROCEDURE epoch.create_branch(
  name text, from_ref text DEFAULT NULL, repository text DEFAULT NULL, INOUT head text DEFAULT NULL,
  own_sequences boolean DEFAULT NULL, schema_only boolean DEFAULT false
)
LANGUAGE plpgsql
AS $$
DECLARE
  answer pg_catalog.jsonb;
BEGIN
  CALL epoch.run_command(
    'create_branch',
    pg_catalog.jsonb_build_object(
      'name', name, 'from', from_ref, 'repository', repository, 'own_sequences', own_sequences, 'schema_only', schema_only),
    answer);
  head := answer OPERATOR(pg_catalog.->>) 'head';
END
$$;

CREATE OR REPLACE PROCEDURE epoch.delete_branch(
  name text, force boolean DEFAULT false, repository text DEFAULT NULL, INOUT status text DEFAULT NULL
)
LANGUAGE plpgsql
AS $$
DECLARE
  answer pg_catalog.jsonb;
BEGIN
  CALL epoch.run_command(
    'delete_branch', pg_catalog.jsonb_build_object('name', name, 'force', force, 'repository', repository), answer);
  status := answer OPERATOR(pg_catalog.->>) 'status';
END
$$;

-- Of versions before allow_destructive.
DROP PROCEDURE IF EXISTS epoch.commit(text, text[], text, text, text);
DROP PROCEDURE IF EXISTS epoch.merge(text, text, text, text, text, text, text, bigint);

-- Commits what changed on the session's branch; finishes the merge that is open there.
CREATE OR REPLACE PROCEDURE epoch.commit(
  message text, tables text[] DEFAULT NULL, branch text DEFAULT NULL, repository text DEFAULT NULL,
  allow_destructive boolean DEFAULT false, INOUT commit_id text DEFAULT NULL
)
LANGUAGE plpgsql
AS $$
DECLARE
  answer pg_catalog.jsonb;
BEGIN
  CALL epoch.run_command(
    'commit',
    pg_catalog.jsonb_build_object(
      'message', message, 'tables', pg_catalog.to_jsonb(tables), 'branch', branch, 'repository', repository,
      'allow_destructive', allow_destructive),
    answer);
  commit_id := answer OPERATOR(pg_catalog.->>) 'commit';
END
$$;

-- Merges a branch, tag or commit into a branch, the session's if none is named. With conflicts the merge stays open.
CREATE OR REPLACE PROCEDURE epoch.merge(
  source text, target text DEFAULT NULL, strategy text DEFAULT NULL, message text DEFAULT NULL,
  repository text DEFAULT NULL, allow_destructive boolean DEFAULT false,
  INOUT status text DEFAULT NULL, INOUT commit_id text DEFAULT NULL, INOUT conflicts bigint DEFAULT NULL
)
LANGUAGE plpgsql
AS $$
DECLARE
  answer pg_catalog.jsonb;
BEGIN
  CALL epoch.run_command(
    'merge',
    pg_catalog.jsonb_build_object(
      'source', source, 'branch', target, 'strategy', strategy, 'message', message, 'repository', repository,
      'allow_destructive', allow_destructive),
    answer);
  status := answer OPERATOR(pg_catalog.->>) 'status';
  commit_id := answer OPERATOR(pg_catalog.->>) 'commit';
  conflicts := answer OPERATOR(pg_catalog.->>) 'conflicts';
  IF status OPERATOR(pg_catalog.=) 'conflicts' THEN
    RAISE NOTICE 'Automatic merge failed; fix conflicts and then commit the result.'
      USING HINT = 'SELECT * FROM epoch.conflicts(); CALL epoch.resolve(''table'', ''ours''); CALL epoch.commit(''message'')';
  END IF;
END
$$;

-- Decides about conflicts: all of a table, those of one record, of one field of it, or of a constraint.
CREATE OR REPLACE PROCEDURE epoch.resolve(
  table_name text, resolution text, key jsonb DEFAULT NULL, field text DEFAULT NULL, value jsonb DEFAULT NULL,
  constraint_name text DEFAULT NULL, branch text DEFAULT NULL, repository text DEFAULT NULL,
  INOUT resolved bigint DEFAULT NULL, INOUT remaining bigint DEFAULT NULL
)
LANGUAGE plpgsql
AS $$
DECLARE
  answer pg_catalog.jsonb;
BEGIN
  CALL epoch.run_command(
    'resolve',
    pg_catalog.jsonb_build_object(
      'table', table_name, 'resolution', resolution, 'key', key, 'field', field,
      -- a null in JSON is a value, another one is none
      'value', CASE WHEN value IS NOT NULL THEN pg_catalog.jsonb_build_array(value) END,
      'constraint', constraint_name, 'branch', branch, 'repository', repository),
    answer);
  resolved := answer OPERATOR(pg_catalog.->>) 'resolved';
  remaining := answer OPERATOR(pg_catalog.->>) 'remaining';
END
$$;

-- Gives up the merge that is open on the session's branch.
CREATE OR REPLACE PROCEDURE epoch.abort_merge(
  branch text DEFAULT NULL, repository text DEFAULT NULL, INOUT status text DEFAULT NULL
)
LANGUAGE plpgsql
AS $$
DECLARE
  answer pg_catalog.jsonb;
BEGIN
  CALL epoch.run_command(
    'abort_merge', pg_catalog.jsonb_build_object('branch', branch, 'repository', repository), answer);
  status := answer OPERATOR(pg_catalog.->>) 'status';
END
$$;

-- Runs statements that change the schema, on the session's branch. Values that they take away are kept first.
CREATE OR REPLACE PROCEDURE epoch.ddl(
  sql text, force boolean DEFAULT false, branch text DEFAULT NULL, repository text DEFAULT NULL,
  INOUT tables text[] DEFAULT NULL
)
LANGUAGE plpgsql
AS $$
DECLARE
  answer pg_catalog.jsonb;
BEGIN
  CALL epoch.run_command(
    'ddl',
    pg_catalog.jsonb_build_object('sql', sql, 'force', force, 'branch', branch, 'repository', repository), answer);
  tables := ARRAY(SELECT pg_catalog.jsonb_array_elements_text(answer OPERATOR(pg_catalog.->) 'tables'));
END
$$;

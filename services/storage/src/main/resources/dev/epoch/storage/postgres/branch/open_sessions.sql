-- Open tables as sessions meet them: opened by use_branch up to a size, opened and closed at somebody's wish.

-- Opens the tables of a branch that are not larger than the setting epoch.open_tables_up_to ('64MB'; '0' opens none), and
-- that nobody has closed, for a second at most when the branch is new, and for a fifth of one later, or for the setting
-- epoch.open_tables_within ('1min'); the others stay layered until a later call. What is being used by others is left as it is.
CREATE OR REPLACE FUNCTION epoch.open_small_tables(of_branch text, is_new boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  most bigint := pg_size_bytes(coalesce(nullif(current_setting('epoch.open_tables_up_to', true), ''), '64MB'));
  until timestamptz := clock_timestamp() + coalesce(
    nullif(current_setting('epoch.open_tables_within', true), '')::interval,
    CASE WHEN is_new THEN interval '1 second' ELSE interval '200 milliseconds' END);
  former_timeout text := current_setting('lock_timeout');
  candidate record;
  opened boolean := false;
  left_out text;
  layered text;
BEGIN
  IF epoch.is_schema_only(of_branch) THEN
    PERFORM epoch.open_empty_tables(of_branch);
    RETURN;
  END IF;
  IF NOT EXISTS (
    SELECT FROM epoch.branch_tables AS p
    WHERE p.branch_id = of_branch AND p.open_relation IS NULL AND p.open_refused IS NULL AND NOT p.open_unwanted
      AND NOT p.absent
  ) THEN
    RETURN;
  END IF;
  IF most <= 0 OR current_setting('transaction_read_only')::boolean
    OR current_setting('transaction_isolation') <> 'read committed'
    -- others would wait for a transaction that goes on; of a new branch there are none
    OR NOT is_new AND (
      now() <> statement_timestamp()
      -- a snapshot from before would not see the rows
      OR EXISTS (
        SELECT FROM pg_stat_activity AS a
        WHERE a.datname = current_database() AND a.backend_xmin IS NOT NULL AND a.backend_type = 'client backend'
        AND a.pid <> pg_backend_pid()
      )
    )
  THEN
    RETURN;
  END IF;
  PERFORM set_config('lock_timeout', '200ms', true);
  FOR candidate IN
    SELECT p.table_id, c.oid AS live
    FROM epoch.branch_tables AS p
    JOIN epoch.tables AS t ON t.table_id = p.table_id
    JOIN pg_namespace AS n ON n.nspname = t.schema_name
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = t.table_name
    WHERE p.branch_id = of_branch AND p.open_relation IS NULL AND p.open_refused IS NULL AND NOT p.open_unwanted
      AND NOT p.absent
    ORDER BY c.relpages, p.table_id
  LOOP
    -- files are looked at one by one: there may be thousands
    IF pg_table_size(candidate.live) <= most THEN
      BEGIN
        PERFORM epoch.open_branch_table(of_branch, candidate.table_id);
        opened := true;
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        NULL;
      END;
    END IF;
    EXIT WHEN clock_timestamp() > until;
  END LOOP;
  IF opened THEN
    SELECT string_agg(l.name, ', ' ORDER BY l.place) FILTER (WHERE l.place <= 10)
        || CASE WHEN count(*) > 10 THEN format(' and %s more', count(*) - 10) ELSE '' END
      INTO layered
    FROM (
      SELECT quote_ident(t.table_name) AS name, row_number() OVER (ORDER BY t.table_name) AS place
      FROM epoch.branch_tables AS p
      JOIN epoch.tables AS t ON t.table_id = p.table_id
      WHERE p.branch_id = of_branch AND p.open_relation IS NULL AND p.open_refused IS NULL AND NOT p.open_unwanted
        AND NOT p.absent
    ) AS l;
  END IF;
  IF layered IS NOT NULL THEN
    RAISE NOTICE 'Layered, as views: %', layered
      USING HINT = 'epoch branch open, or SELECT epoch.open_table(''name''), makes real tables of them.';
  END IF;
  IF opened THEN
    BEGIN
      PERFORM epoch.link_open_tables(of_branch);
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      NULL;
    END;
    SELECT string_agg(u, ', ') INTO left_out FROM epoch.unchecked_references(of_branch) AS u;
    IF left_out IS NOT NULL THEN
      RAISE NOTICE 'Not checked on the branch, but when it is merged: foreign keys %', left_out
        USING HINT = 'epoch branch open opens the other tables.';
    END IF;
  END IF;
  PERFORM set_config('lock_timeout', former_timeout, true);
END
$$;

-- Whether a session is the first one on a branch that began with views: no other reads them.
CREATE OR REPLACE FUNCTION epoch.is_first_use(of_branch text) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF current_setting('transaction_read_only')::boolean THEN
    RETURN false;
  END IF;
  UPDATE epoch.branches AS b SET unused = false WHERE b.branch_id = of_branch AND b.unused;
  RETURN FOUND;
END
$$;

-- Fails in a transaction whose snapshot is older than an open table of the branch: it would see none of its rows.
CREATE OR REPLACE FUNCTION epoch.require_open_tables_seen(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' AND EXISTS (
    SELECT
    FROM epoch.branches AS b
    JOIN epoch.branch_tables AS p ON p.branch_id = b.branch_id
    JOIN epoch.tables AS t ON t.table_id = p.table_id
    WHERE b.branch_id = of_branch AND p.open_relation IS NULL AND b.changed_schema IS NOT NULL
      -- looked up in the catalogs as they are now: a view has no file
      AND pg_relation_filenode(to_regclass(format('%I.%I', b.changed_schema, t.view_name))) IS NOT NULL
  ) THEN
    RAISE EXCEPTION 'could not serialize access: a table was opened on this branch meanwhile'
      USING ERRCODE = 'serialization_failure', HINT = 'Try the transaction again.';
  END IF;
END
$$;

-- Somebody asks for the table to be open.
CREATE OR REPLACE FUNCTION epoch.want_open(of_branch text, of_table text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  UPDATE epoch.branch_tables SET open_unwanted = false, open_refused = NULL
  WHERE branch_id = of_branch AND table_id = of_table AND (open_unwanted OR open_refused IS NOT NULL)
$$;

-- Closes a table at somebody's wish: it is not opened unasked from then on.
CREATE OR REPLACE FUNCTION epoch.refuse_open(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF epoch.is_schema_only(of_branch) THEN
    RAISE EXCEPTION 'The tables of a schema-only branch are always open' USING ERRCODE = 'wrong_object_type';
  END IF;
  UPDATE epoch.branch_tables SET open_unwanted = true WHERE branch_id = of_branch AND table_id = of_table;
  PERFORM epoch.close_branch_table(of_branch, of_table);
END
$$;

-- Opens a table of a branch, or closes it, for a session: what epoch.open_table and epoch.close_table do.
CREATE OR REPLACE FUNCTION epoch.switch_table_on(
  named text, on_branch text, in_repository text, opens boolean
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  b epoch.branches := epoch.find_branch(on_branch, in_repository);
  of_table text;
  reason text;
BEGIN
  IF b.is_default THEN
    RAISE EXCEPTION 'The tables of the default branch are the live tables: they are always open'
      USING ERRCODE = 'wrong_object_type';
  END IF;
  SELECT t.table_id INTO of_table
  FROM epoch.branch_tables AS p
  JOIN epoch.tables AS t ON t.table_id = p.table_id
  WHERE p.branch_id = b.branch_id AND NOT p.absent AND named IN (t.view_name, t.name, coalesce(t.home_schema, t.schema_name) || '.' || t.table_name)
  ORDER BY named <> t.view_name
  LIMIT 1;
  IF of_table IS NULL THEN
    RAISE EXCEPTION 'Branch "%" has no table %', b.name, named USING ERRCODE = 'undefined_table';
  ELSIF NOT has_table_privilege(session_user, epoch.users_table(of_table), 'SELECT') THEN
    RAISE EXCEPTION 'permission denied for table %', named USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT opens THEN
    PERFORM epoch.refuse_open(b.branch_id, of_table);
    RETURN named;
  END IF;
  -- statements of others end in a moment, transactions may not
  WHILE NOT b.schema_only AND (current_setting('transaction_isolation') <> 'read committed' OR EXISTS (
    SELECT FROM pg_stat_activity AS a
    WHERE a.datname = current_database() AND a.backend_xmin IS NOT NULL AND a.backend_type = 'client backend'
        AND a.pid <> pg_backend_pid()
  )) LOOP
    IF current_setting('transaction_isolation') <> 'read committed'
      OR clock_timestamp() > statement_timestamp() + interval '1 second'
    THEN
      RAISE EXCEPTION 'Transactions are at work that would see none of the rows of table %', named
        USING ERRCODE = 'lock_not_available',
          HINT = format('Try again in a READ COMMITTED transaction, or let the server wait for them: epoch branch open %s %s', b.name, named);
    END IF;
    PERFORM pg_sleep(0.01), pg_stat_clear_snapshot();
  END LOOP;
  PERFORM epoch.want_open(b.branch_id, of_table);
  reason := epoch.open_branch_table(b.branch_id, of_table);
  IF reason IS NOT NULL THEN
    RAISE EXCEPTION 'Table % cannot be open on a branch: %', named, reason USING ERRCODE = 'feature_not_supported',
      HINT = 'It stays readable and writable on the branch, through views.';
  END IF;
  PERFORM epoch.link_open_tables(b.branch_id);
  RETURN named;
END
$$;

-- Opens a table of a branch, of the session's if none is named. Fails with the reason if that cannot be.
CREATE OR REPLACE FUNCTION epoch.open_table(
  table_name text, branch text DEFAULT NULL, repository text DEFAULT NULL
) RETURNS text
LANGUAGE sql
AS $$
  SELECT epoch.switch_table_on(
    open_table.table_name, coalesce(open_table.branch, epoch.current_branch(open_table.repository)),
    open_table.repository, true)
$$;

-- Closes a table of a branch, of the session's if none is named: views stand for it again.
CREATE OR REPLACE FUNCTION epoch.close_table(
  table_name text, branch text DEFAULT NULL, repository text DEFAULT NULL
) RETURNS text
LANGUAGE sql
AS $$
  SELECT epoch.switch_table_on(
    close_table.table_name, coalesce(close_table.branch, epoch.current_branch(close_table.repository)),
    close_table.repository, false)
$$;

-- Takes note of the open tables' new ids where a dump was restored.
CREATE OR REPLACE FUNCTION epoch.know_open_tables(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place epoch.branch_tables;
BEGIN
  FOR place IN
    SELECT * FROM epoch.branch_tables AS p
    WHERE p.branch_id = of_branch AND to_regclass(p.open_relation) <> p.open_id
      AND NOT epoch.is_made_anew(p.branch_id, p.table_id)
      AND NOT current_setting('transaction_read_only')::boolean
      AND current_setting('transaction_isolation') = 'read committed'
  LOOP
    UPDATE epoch.branch_tables AS p SET open_id = to_regclass(p.open_relation)
    WHERE p.branch_id = of_branch AND p.table_id = place.table_id;
    -- it knows the table by its id
    PERFORM epoch.create_open_capture(of_branch, place.table_id, to_regclass(place.open_relation));
  END LOOP;
END
$$;

-- Open tables of an earlier version have the columns of the live table.
DO $$
DECLARE
  place epoch.branch_tables;
BEGIN
  FOR place IN
    SELECT * FROM epoch.branch_tables AS p
    WHERE to_regclass(p.open_relation) IS NOT NULL AND p.open_made IS NULL
  LOOP
    PERFORM epoch.note_open_columns(place.branch_id, place.table_id, place.open_relation::regclass);
    UPDATE epoch.branch_tables AS p
    SET open_made = jsonb_build_object('facts', epoch.table_facts(p.open_relation::regclass))
      || epoch.open_files(p.open_relation::regclass)
    WHERE p.branch_id = place.branch_id AND p.table_id = place.table_id;
    PERFORM epoch.create_open_capture(place.branch_id, place.table_id, to_regclass(place.open_relation));
  END LOOP;
  -- foreign keys were no part of what was noted
  FOR place IN
    SELECT * FROM epoch.branch_tables AS p WHERE to_regclass(p.open_relation) IS NOT NULL
  LOOP
    PERFORM epoch.note_reference(place.branch_id, place.table_id, c.conname)
    FROM pg_constraint AS c
    WHERE c.conrelid = to_regclass(place.open_relation) AND c.contype = 'f'
      AND NOT coalesce(place.open_made -> 'facts' -> 'constraints' ? c.conname::text, true)
      AND EXISTS (
        SELECT FROM pg_constraint AS l
        WHERE l.conrelid = epoch.users_table(place.table_id) AND l.contype = 'f' AND l.conname = c.conname
      );
  END LOOP;
END
$$;

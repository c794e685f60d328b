-- Open tables as sessions meet them: opened by use_branch up to a size, opened and closed at somebody's wish.

-- Opens the tables of a branch that are to be open (epoch.tables_to_open), however long it takes, or for the setting
-- epoch.open_tables_within ('1min'); what stays layered then is opened by a later call. A new branch has no sessions yet.
CREATE OR REPLACE FUNCTION epoch.open_small_tables(of_branch text, is_new boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  told_at timestamptz := clock_timestamp();
  until timestamptz := told_at + nullif(current_setting('epoch.open_tables_within', true), '')::interval;
  tables text[];
  candidate text;
  opened integer := 0;
  left_out text;
BEGIN
  IF epoch.is_schema_only(of_branch) THEN
    PERFORM epoch.open_empty_tables(of_branch);
    RETURN;
  END IF;
  IF current_setting('transaction_read_only')::boolean OR NOT EXISTS (
    -- sizes are looked at one by one: there may be thousands
    SELECT FROM epoch.branch_tables AS p
    WHERE p.branch_id = of_branch AND p.open_relation IS NULL AND p.open_refused IS NULL AND NOT p.open_unwanted
      AND NOT p.absent
  ) OR NOT EXISTS (SELECT FROM epoch.tables_to_open(of_branch)) THEN
    RETURN;
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM epoch.tell_layered(of_branch, 'This transaction is not READ COMMITTED.');
    RETURN;
  END IF;
  IF NOT is_new THEN
    IF NOT epoch.await_openings(of_branch, until) THEN
      PERFORM epoch.tell_layered(of_branch, 'Another session opens them.');
      RETURN;
    ELSIF NOT EXISTS (SELECT FROM epoch.tables_to_open(of_branch)) THEN
      RETURN;
    ELSIF NOT epoch.await_snapshots(until) THEN
      PERFORM epoch.tell_layered(of_branch, 'Transactions are at work that would see none of their rows.');
      RETURN;
    END IF;
  END IF;
  tables := ARRAY(SELECT w FROM epoch.tables_to_open(of_branch) AS w);
  FOREACH candidate IN ARRAY tables[1:epoch.openings_left()] LOOP
    IF clock_timestamp() > told_at + interval '2 seconds' THEN
      told_at := clock_timestamp();
      RAISE NOTICE 'Opening the tables of the branch: % of %', opened, cardinality(tables);
    END IF;
    IF epoch.open_patiently(of_branch, candidate, until) THEN
      opened := opened + 1;
    END IF;
    EXIT WHEN clock_timestamp() > until;
  END LOOP;
  BEGIN
    PERFORM epoch.link_open_tables(of_branch);
  EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
    NULL;
  END;
  IF opened < cardinality(tables) THEN
    PERFORM epoch.tell_layered(of_branch, 'The next epoch.use_branch opens more.');
  ELSE
    PERFORM epoch.tell_layered(of_branch, 'They are larger than epoch.open_tables_up_to, or would make more than epoch.open_tables_together.');
  END IF;
  SELECT string_agg(u, ', ') INTO left_out FROM epoch.unchecked_references(of_branch) AS u;
  IF left_out IS NOT NULL THEN
    RAISE NOTICE 'Not checked on the branch, but when it is merged: foreign keys %', left_out
      USING HINT = 'epoch branch open opens the other tables.';
  END IF;
END
$$;

-- Names tables of a branch that could be open and are not, in a NOTICE.
CREATE OR REPLACE FUNCTION epoch.tell_layered(of_branch text, reason text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  layered text;
BEGIN
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
  IF layered IS NOT NULL THEN
    RAISE NOTICE 'Layered, as views: %', layered
      USING DETAIL = reason,
        HINT = 'epoch branch open, or SELECT epoch.open_table(''name''), makes real tables of them.';
  END IF;
END
$$;

-- Opens more tables of a branch unasked, for a second, in a transaction of the server; how many are left. The caller keeps the
-- sessions of the branch waiting by the branch's lock of openings.
CREATE OR REPLACE FUNCTION epoch.open_more_tables(of_branch text) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s'
AS $$
DECLARE
  b epoch.branches;
BEGIN
  IF NOT EXISTS (SELECT FROM epoch.tables_to_open(of_branch)) THEN
    RETURN 0;
  END IF;
  SELECT * INTO b FROM epoch.branches AS o
  WHERE o.branch_id = of_branch AND NOT o.dropped AND NOT o.is_default AND NOT o.schema_only
  FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  PERFORM set_config('epoch.open_tables_within', '1s', true);
  IF b.changed_schema IS NULL THEN
    PERFORM epoch.create_branch_schemas(of_branch);
  ELSE
    PERFORM epoch.open_small_tables(of_branch, b.unused AND epoch.is_first_use(of_branch));
  END IF;
  RETURN (SELECT count(*) FROM epoch.tables_to_open(of_branch));
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
  IF NOT b.schema_only AND (
    current_setting('transaction_isolation') <> 'read committed'
    OR NOT epoch.await_snapshots(statement_timestamp() + interval '1 second')
  ) THEN
    RAISE EXCEPTION 'Transactions are at work that would see none of the rows of table %', named
      USING ERRCODE = 'lock_not_available',
        HINT = format('Try again in a READ COMMITTED transaction, or let the server wait for them: epoch branch open %s %s', b.name, named);
  END IF;
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

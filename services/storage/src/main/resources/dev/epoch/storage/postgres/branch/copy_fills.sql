-- Filling copies while the branch is written: what is written meanwhile is noted, and done again at the end.
--
--   begin_copy    triggers note the keys of entries that change           writers are waited for, and wait
--   load_copy     one snapshot is copied, and the indexes are made         nobody waits
--   finish_copy   the noted keys are copied again; triggers follow         writers wait
--
-- Each is a transaction. A run that ended early leaves its token; the next one starts over.

-- Makes the functions that note keys, under the names of those that will keep the copy in line.
CREATE OR REPLACE FUNCTION epoch.create_noting_functions(of_branch text, of_table text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = on
AS $function$
DECLARE
  kind text;
  note text;
BEGIN
  SELECT format(
    'INSERT INTO epoch.%I (%s) SELECT %s FROM %%I AS changed;', epoch.object_of('mk', of_table, of_branch),
    epoch.column_list(t.key_columns), epoch.column_list(t.key_columns, 'changed'))
  INTO STRICT note
  FROM epoch.tables AS t WHERE t.table_id = of_table;
  FOREACH kind IN ARRAY ARRAY['vm', 'dm'] LOOP
    PERFORM epoch.create_trigger_function(epoch.object_of(kind, of_table, of_branch), format(
      $body$
        #variable_conflict use_column
        BEGIN
          IF TG_OP <> 'INSERT' THEN
            %s
          END IF;
          IF TG_OP <> 'DELETE' THEN
            %s
          END IF;
          RETURN NULL;
        END
      $body$,
      format(note, 'old_rows'), format(note, 'new_rows')));
  END LOOP;
END
$function$;

-- From now on keys are noted. The token of this run; null if there is a copy.
CREATE OR REPLACE FUNCTION epoch.begin_copy(of_branch text, of_table text, automatic boolean) RETURNS uuid
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place epoch.branch_tables;
  row_table text := epoch.object_of('v', of_table, of_branch);
  tombstones text := epoch.object_of('d', of_table, of_branch);
  notes text := epoch.object_of('mk', of_table, of_branch);
  token uuid := gen_random_uuid();
BEGIN
  UPDATE epoch.branch_tables
  SET copy_automatic = copy_automatic AND automatic, copy_unwanted = copy_unwanted AND automatic
  WHERE branch_id = of_branch AND table_id = of_table
  RETURNING * INTO STRICT place;
  IF place.has_copy OR place.open_relation IS NOT NULL THEN
    RETURN NULL;
  END IF;
  PERFORM epoch.drop_copy(of_branch, of_table);
  EXECUTE format('LOCK TABLE epoch.%I, epoch.%I IN SHARE ROW EXCLUSIVE MODE', row_table, tombstones);
  EXECUTE (
    SELECT format(
      'CREATE TABLE epoch.%I AS SELECT %s FROM epoch.%I WITH NO DATA', notes,
      epoch.column_list(t.key_columns), row_table)
    FROM epoch.tables AS t WHERE t.table_id = of_table);
  PERFORM epoch.create_noting_functions(of_branch, of_table);
  PERFORM epoch.create_copy_triggers(row_table, epoch.object_of('vm', of_table, of_branch));
  PERFORM epoch.create_copy_triggers(tombstones, epoch.object_of('dm', of_table, of_branch));
  UPDATE epoch.branch_tables SET copy_fill = token, copy_automatic = automatic, copy_seen_at = now()
  WHERE branch_id = of_branch AND table_id = of_table;
  RETURN token;
END
$$;

-- Copies what the transaction's snapshot shows, which must be of one snapshot (REPEATABLE READ). The anchor that
-- was seen; null if another run has started over.
CREATE OR REPLACE FUNCTION epoch.load_copy(of_branch text, of_table text, token uuid) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  place epoch.branch_tables;
  live regclass := epoch.live_table(of_table);
  copy text := epoch.object_of('m', of_table, of_branch);
  rule record;
  definitions text[] := '{}';
  definition text;
  visible text;
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  SELECT * INTO STRICT place FROM epoch.branch_tables WHERE branch_id = of_branch AND table_id = of_table;
  IF place.copy_fill IS DISTINCT FROM token THEN
    RETURN NULL;
  END IF;
  EXECUTE format('CREATE TABLE epoch.%I (LIKE %s INCLUDING ALL EXCLUDING IDENTITY)', copy, live);
  -- What a statement leaves behind obeys the rules; what a copy holds between two of its triggers need not.
  FOR rule IN
    SELECT c.conname FROM pg_constraint AS c
    WHERE c.conrelid = format('epoch.%I', copy)::regclass AND c.contype = 'c'
  LOOP
    EXECUTE format('ALTER TABLE epoch.%I DROP CONSTRAINT %I', copy, rule.conname);
  END LOOP;
  FOR rule IN
    SELECT x.relname, pg_get_indexdef(i.indexrelid) AS definition, c.conname,
      i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL AND (
        SELECT array_agg(a.attname::text ORDER BY a.attname)
        FROM pg_attribute AS a
        WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
      ) = (SELECT array_agg(k ORDER BY k COLLATE "C") FROM unnest(t.key_columns) AS k) AS is_key
    FROM pg_index AS i
    JOIN pg_class AS x ON x.oid = i.indexrelid
    LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
    WHERE i.indrelid = format('epoch.%I', copy)::regclass
  LOOP
    definitions := definitions || CASE
      WHEN rule.is_key THEN rule.definition
      ELSE regexp_replace(rule.definition, '^CREATE UNIQUE INDEX', 'CREATE INDEX')
    END;
    IF rule.conname IS NOT NULL THEN
      EXECUTE format('ALTER TABLE epoch.%I DROP CONSTRAINT %I', copy, rule.conname);
    ELSE
      EXECUTE format('DROP INDEX epoch.%I', rule.relname);
    END IF;
  END LOOP;
  IF t.key_counted THEN
    definitions := definitions || format(
      'CREATE UNIQUE INDEX ON epoch.%I (%s)', copy, epoch.column_list(t.key_columns));
  END IF;
  visible := epoch.column_list(epoch.writable_columns(live));
  EXECUTE format(
    'INSERT INTO epoch.%I (%s) SELECT %2$s FROM (%s) AS seen', copy, visible,
    epoch.branch_select(of_branch, of_table));
  FOREACH definition IN ARRAY definitions LOOP
    EXECUTE definition;
  END LOOP;
  EXECUTE format('ANALYZE epoch.%I', copy);
  RETURN place.anchor;
END
$$;

-- Brings the copy up to date and keeps it so. False if another run has started over.
CREATE OR REPLACE FUNCTION epoch.finish_copy(
  of_branch text, of_table text, token uuid, loaded_anchor bigint
) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  place epoch.branch_tables;
  notes text := epoch.object_of('mk', of_table, of_branch);
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  SELECT * INTO STRICT place FROM epoch.branch_tables
  WHERE branch_id = of_branch AND table_id = of_table FOR UPDATE;
  IF place.copy_fill IS DISTINCT FROM token THEN
    RETURN false;
  END IF;
  EXECUTE format(
    'LOCK TABLE epoch.%I, epoch.%I IN SHARE ROW EXCLUSIVE MODE',
    epoch.object_of('v', of_table, of_branch), epoch.object_of('d', of_table, of_branch));
  PERFORM epoch.refresh_copy(of_branch, of_table, format(
    'SELECT %s FROM epoch.%I AS noted UNION %s', epoch.column_list(t.key_columns, 'noted'), notes,
    epoch.keys_between(of_table, loaded_anchor, place.anchor)));
  PERFORM epoch.create_copy_functions(of_branch, of_table);
  EXECUTE format('DROP TABLE epoch.%I', notes);
  UPDATE epoch.branch_tables
  SET copy_fill = NULL, has_copy = true,
    copy_relation = format('epoch.%I', epoch.object_of('m', of_table, of_branch))::regclass
  WHERE branch_id = of_branch AND table_id = of_table;
  RETURN true;
END
$$;

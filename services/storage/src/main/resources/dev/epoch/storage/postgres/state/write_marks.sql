-- Whether the uncommitted rows of a table are what they were: who has seen them without locks asks again under them.

-- Another text when somebody has written the live table since, or a branch's table. What is written is noted; a row that was
-- noted before has another place or transaction when it is written again. Null where that is not seen: of open tables with keys
-- that are noted once. O(uncommitted keys).
CREATE OR REPLACE FUNCTION epoch.write_mark(of_branch text, of_table text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place epoch.branch_tables;
  found text;
  version CONSTANT text :=
    'count(%1$s.ctid), sum(hashtextextended(concat_ws(''.'', %1$s.tableoid, %1$s.ctid, %1$s.xmin), 0))';
BEGIN
  SELECT * INTO place FROM epoch.branch_tables AS p WHERE p.branch_id = of_branch AND p.table_id = of_table;
  IF (SELECT b.is_default FROM epoch.branches AS b WHERE b.branch_id = of_branch) THEN
    EXECUTE format(
      'SELECT concat_ws('' '', count(*), %s) FROM epoch.%I AS w LEFT JOIN %s AS l ON %s',
      format(version, 'l'), epoch.object_of('w', of_table), epoch.live_table(of_table), epoch.key_match(of_table, 'w', 'l'))
    INTO found;
  ELSIF place.open_relation IS NOT NULL THEN
    IF epoch.key_arrays(epoch.object_of('o', of_table, of_branch)) IS NULL THEN
      RETURN NULL;
    END IF;
    EXECUTE format(
      'SELECT concat_ws('' '', ''open'', %s) FROM epoch.%I AS o', format(version, 'o'),
      epoch.object_of('o', of_table, of_branch))
    INTO found;
  ELSIF place.has_overlay THEN
    EXECUTE format(
      'SELECT concat_ws('' '', count(*), %s, %s) FROM epoch.%I AS w LEFT JOIN epoch.%I AS v ON %s LEFT JOIN epoch.%I AS d ON %s',
      format(version, 'v'), format(version, 'd'), epoch.object_of('vw', of_table, of_branch),
      epoch.object_of('v', of_table, of_branch), epoch.key_match(of_table, 'w', 'v'),
      epoch.object_of('d', of_table, of_branch), epoch.key_match(of_table, 'w', 'd'))
    INTO found;
  ELSE
    found := 'none';
  END IF;
  RETURN found;
END
$$;

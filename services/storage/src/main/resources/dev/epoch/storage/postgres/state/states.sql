-- Texts of queries over the parts that a state of a table is made of; docs/postgresql-layout.md says why
-- they are right. The words anchor and position stand for SQL expressions.

-- Columns of a table as the client of a branch sees them, out of a relation with alias "image" that has the
-- stored ones: values get their domain back, virtual generated columns are computed.
CREATE OR REPLACE FUNCTION epoch.image_columns(of_table text, prefix text DEFAULT '') RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(
    CASE
      WHEN a.attgenerated = 'v'
      THEN format('(%s)::%s AS %I', pg_get_expr(d.adbin, d.adrelid), format_type(a.atttypid, a.atttypmod), a.attname)
      WHEN t.typtype = 'd'
      THEN format('image.%I::%s AS %1$I', a.attname, format_type(a.atttypid, a.atttypmod))
      ELSE format('image.%I', a.attname)
    END,
    ', ' ORDER BY a.attnum
  )
  FROM pg_attribute AS a
  JOIN pg_type AS t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = epoch.live_table(of_table) AND a.attnum > 0 AND NOT a.attisdropped
$$;

-- All columns of the table, virtual ones too.
CREATE OR REPLACE FUNCTION epoch.visible_columns(of_table regclass) RETURNS text[]
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT array_agg(a.attname::text ORDER BY a.attnum)
  FROM pg_attribute AS a
  WHERE a.attrelid = of_table AND a.attnum > 0 AND NOT a.attisdropped
$$;

-- The stored columns of a tombstone: its key, and nulls of the right types.
CREATE OR REPLACE FUNCTION epoch.key_or_nulls(of_table text, alias text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(
    CASE
      WHEN c.name = ANY (t.key_columns) THEN format('%I.%I', alias, c.name)
      ELSE format('NULL::%s', coalesce(epoch.base_type(a.atttypid, a.atttypmod), k.type || k.collation_clause))
    END,
    ', ' ORDER BY c.place
  )
  FROM epoch.tables AS t
  CROSS JOIN unnest(epoch.layer_columns(of_table)) WITH ORDINALITY AS c (name, place)
  LEFT JOIN pg_attribute AS a ON a.attrelid = epoch.live_table(of_table) AND a.attname = c.name
  LEFT JOIN epoch.table_columns AS k ON k.table_id = of_table AND k.name = c.name
  WHERE t.table_id = of_table
$$;

-- Entries of an overlay as of a position: epoch_kind 1 or 2 and the stored columns.
-- History first, then the working set, then the tables themselves.
CREATE OR REPLACE FUNCTION epoch.entries_at(of_table text, of_branch text, at_position text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  history text := epoch.object_of('vh', of_table, of_branch);
  working_set text := epoch.object_of('vw', of_table, of_branch);
  not_in_history text;
  not_in_working_set text;
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  not_in_history := format(
    'NOT EXISTS (SELECT FROM epoch.%I AS past WHERE %s AND past.epoch_from <= %s AND past.epoch_to > %3$s)',
    history, epoch.key_match(of_table, 'past', 'entry'), at_position);
  not_in_working_set := format(
    'NOT EXISTS (SELECT FROM epoch.%I AS pending WHERE %s)',
    working_set, epoch.key_match(of_table, 'pending', 'entry'));
  RETURN format(
    $sql$
      SELECT entry.epoch_kind, %1$s FROM epoch.%2$I AS entry
      WHERE entry.epoch_kind <> 0 AND entry.epoch_from <= %3$s AND entry.epoch_to > %3$s
      UNION ALL
      SELECT entry.epoch_kind, %1$s FROM epoch.%4$I AS entry
      WHERE entry.epoch_kind <> 0 AND %5$s
      UNION ALL
      SELECT 1::smallint, %1$s FROM epoch.%6$I AS entry
      WHERE %5$s AND %7$s
      UNION ALL
      SELECT 2::smallint, %8$s FROM epoch.%9$I AS entry
      WHERE %5$s AND %7$s
    $sql$,
    epoch.column_list(epoch.layer_columns(of_table), 'entry'), history, at_position, working_set, not_in_history,
    epoch.object_of('v', of_table, of_branch), not_in_working_set,
    epoch.key_or_nulls(of_table, 'entry'), epoch.object_of('d', of_table, of_branch));
END
$$;


-- The position of the live table that a branch sees underneath: looked up by each query, so that a branch that
-- is anchored anew is read right in every snapshot, without a change of its views.
CREATE OR REPLACE FUNCTION epoch.anchor_of(of_branch text, of_table text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    '(SELECT place.anchor FROM epoch.branch_tables AS place WHERE place.branch_id = %L AND place.table_id = %L)',
    of_branch, of_table)
$$;

-- The same for views, whose statements are planned by clients each time: PostgreSQL plans the call of a function in
-- a tenth of the time that it plans the reading of a table in. In the snapshot of the statement, as that would be.
-- Anybody who reads a view calls it; without a search_path of its own, so that it is a call and no more.
CREATE OR REPLACE FUNCTION epoch.anchor_at(of_branch text, of_table text) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
AS $$
BEGIN
  RETURN (
    SELECT place.anchor FROM epoch.branch_tables AS place
    WHERE place.branch_id OPERATOR(pg_catalog.=) of_branch AND place.table_id OPERATOR(pg_catalog.=) of_table
  );
END
$$;

-- Like anchor_at, for the position of the source overlay.
CREATE OR REPLACE FUNCTION epoch.source_position_at(of_branch text, of_table text) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
AS $$
BEGIN
  RETURN (
    SELECT place.source_position FROM epoch.branch_tables AS place
    WHERE place.branch_id OPERATOR(pg_catalog.=) of_branch AND place.table_id OPERATOR(pg_catalog.=) of_table
  );
END
$$;

-- Whether the live table, at the branch's anchor, has the key of the record named by alias.
CREATE OR REPLACE FUNCTION epoch.base_has_key(of_branch text, of_table text, alias text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(
    $sql$coalesce(
      (SELECT past.epoch_kind FROM epoch.%1$I AS past
       WHERE %2$s AND past.epoch_from <= %3$s AND past.epoch_to > %3$s),
      (SELECT pending.epoch_kind FROM epoch.%4$I AS pending WHERE %5$s),
      (SELECT 1 FROM %6$s AS live WHERE %7$s),
      0
    ) = 1$sql$,
    epoch.object_of('h', of_table), epoch.key_match(of_table, 'past', alias),
    epoch.anchor_of(of_branch, of_table),
    epoch.object_of('w', of_table), epoch.key_match(of_table, 'pending', alias),
    epoch.live_table(of_table), epoch.key_match(of_table, 'live', alias))
$$;

-- A name for a column of Epoch's own that no column of the table has.
CREATE OR REPLACE FUNCTION epoch.part_column(of_table text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(max(c) || '_', 'epoch_part')
  FROM unnest(epoch.visible_columns(epoch.live_table(of_table))) AS c
  WHERE c ~ '^epoch_part_*$'
$$;

-- Like epoch.image_columns, of images among which only those of a condition are seen: others may have what their domain
-- does not take, as nulls of images that only have a key. A branch that has another type has values as they are.
CREATE OR REPLACE FUNCTION epoch.images_where(of_branch text, of_table text, condition text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(
    CASE
      WHEN a.attgenerated = 'v'
      THEN format('(%s)::%s AS %I', pg_get_expr(d.adbin, d.adrelid), format_type(a.atttypid, a.atttypmod), a.attname)
      WHEN t.typtype = 'd' AND (
        p.definition IS NULL
        OR EXISTS (
          SELECT FROM epoch.defined_columns(of_branch, of_table) AS c
          WHERE c.layer = a.attname AND c.definition #>> '{type,name}' = format_type(a.atttypid, a.atttypmod)
        )
      )
      THEN format('(SELECT image.%I::%s WHERE %s) AS %1$I', a.attname, format_type(a.atttypid, a.atttypmod), condition)
      ELSE format('image.%I', a.attname)
    END,
    ', ' ORDER BY a.attnum
  )
  FROM pg_attribute AS a
  JOIN pg_type AS t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN epoch.branch_tables AS p ON p.branch_id = of_branch AND p.table_id = of_table
  WHERE a.attrelid = epoch.live_table(of_table) AND a.attnum > 0 AND NOT a.attisdropped
$$;

-- The rows of the live table at the branch's anchor under what hides them: entries of an overlay, whose rows
-- (a query without its SELECT, null for none) are among the rows then, and whose keys (queries) hide what is below.
--
--   part 1   the live rows     hidden by entries, the working set and the history at the anchor
--   part 2   the entries' rows
--   part 3   the working set   hidden by entries and the history at the anchor
--   part 4   the history at the anchor, hidden by entries
--
-- All conditions stand above the UNION ALL and say which part they are about. Only so does the planner take the
-- parts for one relation, like the partitions of a table: it finds rows of each by the indexes of each, also in
-- joins and in the order of the key, and adds no step of its own per row. A part with a WHERE of its own would be a
-- subquery that is scanned. For each part the planner decides what is about another part, and forgets it.
--
-- The hidden keys of part 1 are one set, looked up by key or hashed, as many rows as the planner expects. The
-- others are few: they are looked up by key, those of parts 3 and 4 in one subquery.
--
-- A statement with one key in it costs what its planning costs, and that is 12 us for each mention of a relation here
-- (docs/adr/0025-views-that-are-planned-faster.md). So the history hides a key where it has an entry that ends after the anchor: the
-- first of these is the one at the anchor, since the entries of a key follow each other without gaps from 0 on.
CREATE OR REPLACE FUNCTION epoch.layered_select(
  of_branch text, of_table text, entry_rows text, entry_keys text[]
) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  live regclass := epoch.live_table(of_table);
  visible text[] := epoch.visible_columns(live) || epoch.extra_columns(of_branch, of_table);
  part text := epoch.part_column(of_table);
  history text := epoch.object_of('h', of_table);
  working_set text := epoch.object_of('w', of_table);
  anchor text := format('(SELECT epoch.anchor_at(%L, %L))', of_branch, of_table);
  extra text := epoch.column_list(epoch.extra_columns(of_branch, of_table), 'image');
  pending_images text := concat_ws(', ', epoch.images_where(of_branch, of_table, 'image.epoch_kind = 1'), extra);
  past_images text := concat_ws(
    ', ',
    epoch.images_where(
      of_branch, of_table,
      format('image.epoch_kind = 1 AND image.epoch_from <= %s AND image.epoch_to > %1$s', anchor)),
    extra);
  past_keys text;
  pending_keys text;
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  past_keys := format(
    'SELECT %s FROM epoch.%I AS past WHERE past.epoch_to > %s',
    epoch.column_list(t.key_columns, 'past'), history, anchor);
  pending_keys := format(
    'SELECT %s FROM epoch.%I AS pending', epoch.column_list(t.key_columns, 'pending'), working_set);
  RETURN format(
    $sql$
      SELECT %1$s
      FROM (
        SELECT 1 AS %2$I, 1::smallint AS epoch_kind, 0::bigint AS epoch_from, 0::bigint AS epoch_to, %3$s
        FROM %4$s AS live
        %5$s
        UNION ALL
        SELECT 3, image.epoch_kind, 0::bigint, 0::bigint, %6$s FROM epoch.%7$I AS image
        UNION ALL
        SELECT 4, image.epoch_kind, image.epoch_from, image.epoch_to, %12$s FROM epoch.%8$I AS image
      ) AS part
      WHERE (part.%2$I <> 1 OR %9$s)
        AND (
          part.%2$I < 3
          OR part.epoch_kind = 1
          AND (part.%2$I = 3 OR part.epoch_from <= %11$s AND part.epoch_to > %11$s)
          AND %10$s
        )
    $sql$,
    epoch.column_list(visible, 'part'), part,
    epoch.column_list(epoch.visible_columns(live), 'live') || epoch.extra_values(of_branch, of_table), live,
    'UNION ALL SELECT 2, 1::smallint, 0::bigint, 0::bigint, ' || entry_rows,
    pending_images, working_set, history,
    epoch.not_among(of_table, 'part', entry_keys || ARRAY[pending_keys, past_keys]),
    epoch.not_found(
      of_table, 'part', entry_keys || ARRAY[format('%s AND part.%I = 3', past_keys, part)]),
    anchor, past_images);
END
$$;

-- The rows of the live table at the branch's anchor, without the keys that queries of keys hide.
CREATE OR REPLACE FUNCTION epoch.base_select(of_branch text, of_table text, hidden text[]) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT epoch.layered_select(of_branch, of_table, NULL, hidden)
$$;

-- Queries for the keys of an overlay's entries.
CREATE OR REPLACE FUNCTION epoch.overlay_keys(of_branch text, of_table text) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT array_agg(
    format('SELECT %s FROM epoch.%I AS entry',
      epoch.column_list(t.key_columns, 'entry'), epoch.object_of(kind, of_table, of_branch)))
  FROM epoch.tables AS t
  CROSS JOIN unnest(ARRAY['v', 'd']) AS kind
  WHERE t.table_id = of_table
$$;

-- The rows that clients of a branch see: those of the overlay, and those of the live table at the anchor
-- that no entry of the overlay hides.
CREATE OR REPLACE FUNCTION epoch.branch_select(of_branch text, of_table text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  t epoch.tables;
  place epoch.branch_tables;
  entries text;
BEGIN
  SELECT * INTO STRICT t FROM epoch.tables WHERE table_id = of_table;
  SELECT * INTO STRICT place FROM epoch.branch_tables WHERE branch_id = of_branch AND table_id = of_table;
  IF place.has_overlay THEN
    RETURN epoch.layered_select(
      of_branch, of_table,
      format(
        '%s FROM epoch.%I AS entry',
        epoch.column_list(
          epoch.visible_columns(epoch.live_table(of_table)) || epoch.extra_columns(of_branch, of_table), 'entry'),
        epoch.object_of('v', of_table, of_branch)),
      epoch.overlay_keys(of_branch, of_table));
  END IF;
  IF place.source_overlay IS NULL THEN
    RETURN epoch.layered_select(of_branch, of_table, NULL, '{}');
  END IF;
  entries := epoch.entries_at(
    of_table, place.source_overlay, format('(SELECT epoch.source_position_at(%L, %L))', of_branch, of_table));
  RETURN epoch.layered_select(
    of_branch, of_table,
    format(
      '%s FROM (%s) AS image WHERE image.epoch_kind = 1',
      concat_ws(
        ', ', epoch.image_columns(of_table), epoch.column_list(epoch.extra_columns(of_branch, of_table), 'image')),
      entries),
    ARRAY[format('SELECT %s FROM (%s) AS entry', epoch.column_list(t.key_columns, 'entry'), entries)]);
END
$$;

-- The key of the record named by alias is in none of the queries for keys.
--
-- IS TRUE keeps the planner from making this a join. Statistics of tables that were empty when last looked at say
-- "no rows", however many there are now, and a join planned with them may scan the keys once for every row. A
-- subplan is either hashed or a lookup by key.
CREATE OR REPLACE FUNCTION epoch.not_among(of_table text, alias text, key_queries text[]) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE cardinality(key_queries)
    WHEN 0 THEN 'true'
    ELSE format(
      '(NOT EXISTS (SELECT FROM (%s) AS hidden WHERE %s)) IS TRUE',
      array_to_string(key_queries, ' UNION ALL '), epoch.key_match(of_table, 'hidden', alias))
  END
$$;

-- Like not_among, for few records: always looked up by key. (An EXISTS would be planned twice.)
CREATE OR REPLACE FUNCTION epoch.not_found(of_table text, alias text, key_queries text[]) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE cardinality(key_queries)
    WHEN 0 THEN 'true'
    ELSE format(
      '(SELECT true FROM (%s) AS hidden WHERE %s LIMIT 1) IS NULL',
      array_to_string(key_queries, ' UNION ALL '), epoch.key_match(of_table, 'hidden', alias))
  END
$$;

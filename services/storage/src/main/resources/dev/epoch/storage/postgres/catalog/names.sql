-- Names of physical objects. Layout.java gives the same answers; LayoutTest compares them.

-- The readable part of a name: lower case, everything but letters and digits replaced by _.
CREATE OR REPLACE FUNCTION epoch.label(name text, longest integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT left(
    regexp_replace(
      translate(name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz') COLLATE "C",
      '[^a-z0-9]', '_', 'g'
    ),
    longest
  )
$$;

-- Kinds of the live table: w working set, h history, c capture function, k counts of keys,
-- p function that looks at policies. Of an append-only table: r rows with their ids, c capture function of these, which
-- forwards to the users' table, ac capture function of the users' table. Of one that is versioned no more: a rows, ah
-- history, aw working set (archives.sql).
-- Kinds of an overlay: v rows, d tombstones, vw working set, vh history, vc and dc capture functions of
-- v and d, vi function behind the view, m copy, vm and dm functions that keep it in line with v and d, mk keys
-- that changed while it was filled, o working set of the open table, oc its capture function.
CREATE OR REPLACE FUNCTION epoch.object_name(
  kind text, table_label text, table_id text, branch_label text DEFAULT NULL, branch_id text DEFAULT NULL
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN branch_id IS NULL THEN table_label || '__' || kind || '_' || table_id
    ELSE table_label || '__' || kind || '_' || branch_label || '_' || table_id || '_' || branch_id
  END
$$;

-- Name of an object of a registered table, on a branch if one is given; null if either is unknown.
CREATE OR REPLACE FUNCTION epoch.object_of(kind text, of_table text, of_branch text DEFAULT NULL)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT epoch.object_name(kind, t.label, t.table_id, b.label, b.branch_id)
  FROM epoch.tables AS t
  LEFT JOIN epoch.branches AS b ON b.branch_id = of_branch
  WHERE t.table_id = of_table AND (of_branch IS NULL OR b.branch_id IS NOT NULL)
$$;

-- Schemas of a branch's views: kind is changed or base.
CREATE OR REPLACE FUNCTION epoch.branch_schema(kind text, branch_label text, branch_id text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT 'epoch_' || branch_label || '_' || branch_id || '_' || kind
$$;

-- The registered table in the database, null if it is gone.
CREATE OR REPLACE FUNCTION epoch.users_table(of_table text) RETURNS regclass
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT to_regclass(format('%I.%I', t.schema_name, t.table_name))
  FROM epoch.tables AS t
  WHERE t.table_id = of_table
$$;

-- What holds the live rows with their keys: the registered table, or Epoch's own of an append-only one. Null if it is gone.
CREATE OR REPLACE FUNCTION epoch.live_table(of_table text) RETURNS regclass
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN t.append_only THEN to_regclass(format('epoch.%I', epoch.object_name('r', t.label, t.table_id)))
    ELSE to_regclass(format('%I.%I', t.schema_name, t.table_name))
  END
  FROM epoch.tables AS t
  WHERE t.table_id = of_table
$$;

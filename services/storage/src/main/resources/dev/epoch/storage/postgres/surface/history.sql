-- What sessions read of repositories: commits, heads of branches and open conflicts, as the server tells them at most a
-- second after they came about, and before it answers a command of a session.

CREATE TABLE IF NOT EXISTS epoch.published (
  repository text PRIMARY KEY,
  version bigint NOT NULL,
  commit_version bigint NOT NULL,
  published_at timestamptz NOT NULL
);

COMMENT ON TABLE epoch.published IS 'How far the server has told of repositories';
COMMENT ON COLUMN epoch.published.version IS 'Of the repository''s log';
COMMENT ON COLUMN epoch.published.commit_version IS 'At which the last commit was made that was told';

CREATE TABLE IF NOT EXISTS epoch.commits (
  repository text NOT NULL,
  commit_id text COLLATE "C" NOT NULL,
  parents text[] NOT NULL,
  message text NOT NULL,
  author text NOT NULL,
  author_email text NOT NULL,
  committed_at timestamptz NOT NULL,
  position bigint NOT NULL,
  tables text[] NOT NULL,
  PRIMARY KEY (repository, commit_id)
);

COMMENT ON TABLE epoch.commits IS 'Commits of repositories with tables in this database';
COMMENT ON COLUMN epoch.commits.parents IS 'Ids; the first is what the branch was before';
COMMENT ON COLUMN epoch.commits.position IS 'In the log: later commits have greater ones';
COMMENT ON COLUMN epoch.commits.tables IS 'Names of the tables that it changed';

ALTER TABLE epoch.branches
  ADD COLUMN IF NOT EXISTS head text COLLATE "C",
  ADD COLUMN IF NOT EXISTS created_at timestamptz;

COMMENT ON COLUMN epoch.branches.head IS 'Id of its last commit, as far as the server has told; null before the first one';

CREATE TABLE IF NOT EXISTS epoch.open_conflicts (
  repository text NOT NULL,
  branch text NOT NULL,
  conflict_id text COLLATE "C" NOT NULL,
  place bigint NOT NULL,
  source text NOT NULL,
  conflict_type text NOT NULL,
  object_type text NOT NULL,
  object_name text NOT NULL,
  constraint_name text,
  key jsonb,
  fields text[] NOT NULL,
  base_version jsonb,
  target_version jsonb,
  source_version jsonb,
  resolved boolean NOT NULL,
  total bigint NOT NULL,
  PRIMARY KEY (repository, branch, conflict_id)
);

COMMENT ON TABLE epoch.open_conflicts IS 'The first conflicts of each open merge; epoch.merge_conflicts shows who may see which values';
COMMENT ON COLUMN epoch.open_conflicts.total IS 'Conflicts of the merge; not all of them may be here';

-- Whether the current role reads all rows of a registered table anyway.
CREATE OR REPLACE FUNCTION epoch.sees_rows(of_repository text, named text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(bool_or(
    has_table_privilege(r.name, c.oid, 'SELECT')
    AND (NOT c.relrowsecurity OR r.is_above OR NOT c.relforcerowsecurity AND pg_has_role(r.name, c.relowner, 'USAGE'))),
    false)
  FROM epoch.tables AS t
  JOIN pg_namespace AS n ON n.nspname = t.schema_name
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = t.table_name
  CROSS JOIN LATERAL (
    SELECT a.name, a.rolsuper OR a.rolbypassrls
    FROM (
      SELECT s.rolname AS name, s.rolsuper, s.rolbypassrls FROM pg_roles AS s
      WHERE s.rolname = coalesce(nullif(current_setting('role'), 'none'), session_user)
    ) AS a
  ) AS r (name, is_above)
  WHERE t.repository = of_repository AND t.name = named
$$;

-- Conflicts of open merges. Who may not read a table sees where its conflicts are, and no values.
CREATE OR REPLACE VIEW epoch.merge_conflicts AS
SELECT c.repository, c.branch, c.conflict_id, c.source, c.conflict_type, c.object_type, c.object_name,
  c.constraint_name, CASE WHEN s.sees THEN c.key END AS key, c.fields,
  CASE WHEN s.sees THEN c.base_version END AS base_version,
  CASE WHEN s.sees THEN c.target_version END AS target_version,
  CASE WHEN s.sees THEN c.source_version END AS source_version,
  c.resolved, c.place, c.total
FROM epoch.open_conflicts AS c
CROSS JOIN LATERAL (SELECT epoch.sees_rows(c.repository, c.object_name)) AS s (sees);

-- Commits with more than one parent.
CREATE OR REPLACE VIEW epoch.merge_history AS
SELECT c.repository, c.commit_id, c.parents[1] AS target_commit, c.parents[2] AS source_commit, c.message,
  c.author AS merged_by, c.committed_at AS merged_at, c.tables, c.position
FROM epoch.commits AS c
WHERE cardinality(c.parents) > 1;

-- Tells of a repository as it is at a version of its log, if it was told of at another one before, null if never.
-- Answers whether it was.
CREATE OR REPLACE FUNCTION epoch.publish(
  of_repository text, told bigint, before bigint, new_commits jsonb, heads jsonb, conflicts jsonb
) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  stands bigint;
BEGIN
  SELECT p.version INTO stands FROM epoch.published AS p WHERE p.repository = of_repository FOR UPDATE;
  IF stands IS DISTINCT FROM before THEN
    RETURN false;
  END IF;
  INSERT INTO epoch.commits (
    repository, commit_id, parents, message, author, author_email, committed_at, position, tables)
  SELECT of_repository, c.commit_id, c.parents, c.message, c.author, c.author_email, c.committed_at, c.position, c.tables
  FROM jsonb_to_recordset(new_commits) AS c (
    commit_id text, parents text[], message text, author text, author_email text, committed_at timestamptz,
    position bigint, tables text[])
  ON CONFLICT DO NOTHING;

  UPDATE epoch.branches AS b SET head = h.head, created_at = h.created_at
  FROM jsonb_to_recordset(heads) AS h (branch_id text, head text, created_at timestamptz)
  WHERE b.branch_id = h.branch_id AND (b.head, b.created_at) IS DISTINCT FROM (h.head, h.created_at);

  IF conflicts IS NOT NULL THEN
    DELETE FROM epoch.open_conflicts WHERE repository = of_repository;
    INSERT INTO epoch.open_conflicts (
      repository, branch, conflict_id, place, source, conflict_type, object_type, object_name, constraint_name, key,
      fields, base_version, target_version, source_version, resolved, total)
    SELECT of_repository, c.branch, c.conflict_id, c.place, c.source, c.conflict_type, c.object_type, c.object_name,
      c.constraint_name, c.key, c.fields, c.base_version, c.target_version, c.source_version, c.resolved, c.total
    FROM jsonb_to_recordset(conflicts) AS c (
      branch text, conflict_id text, place bigint, source text, conflict_type text, object_type text, object_name text,
      constraint_name text, key jsonb, fields text[], base_version jsonb, target_version jsonb, source_version jsonb,
      resolved boolean, total bigint);
  END IF;

  INSERT INTO epoch.published AS p (repository, version, commit_version, published_at)
  VALUES (
    of_repository, told,
    coalesce((SELECT max(c.version) FROM jsonb_to_recordset(new_commits) AS c (version bigint)), 0), now())
  ON CONFLICT (repository) DO UPDATE
  SET version = excluded.version, commit_version = greatest(p.commit_version, excluded.commit_version),
    published_at = excluded.published_at;
  RETURN true;
END
$$;

-- The commits that a branch, tag, or id of a commit leads to, newest first; the session's branch if none is named.
CREATE OR REPLACE FUNCTION epoch.log(ref text DEFAULT NULL, most integer DEFAULT 100, repository text DEFAULT NULL)
RETURNS TABLE (commit_id text, parents text[], author text, committed_at timestamptz, message text, tables text[])
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  of_repository text := epoch.session_repository(
    log.repository, pg_catalog.current_setting('search_path'), pg_catalog.current_setting('epoch.branch', true));
  start text;
BEGIN
  start := epoch.commit_of(COALESCE(ref, epoch.current_branch(of_repository)), of_repository);
  RETURN QUERY
  WITH RECURSIVE line (id) AS (
    SELECT start
    UNION
    SELECT p.id
    FROM line AS l
    JOIN epoch.commits AS c ON c.repository OPERATOR(pg_catalog.=) of_repository
      AND c.commit_id OPERATOR(pg_catalog.=) l.id
    CROSS JOIN LATERAL pg_catalog.unnest(c.parents) AS p (id)
  )
  SELECT c.commit_id, c.parents, c.author, c.committed_at, c.message, c.tables
  FROM line AS l
  JOIN epoch.commits AS c ON c.repository OPERATOR(pg_catalog.=) of_repository
    AND c.commit_id OPERATOR(pg_catalog.=) l.id
  ORDER BY c.position DESC
  LIMIT most;
END
$$;

-- The id of the commit that a branch's name, an id or the beginning of one (4 digits or more) means.
CREATE OR REPLACE FUNCTION epoch.commit_of(ref text, in_repository text) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  meant text;
  more text;
BEGIN
  SELECT b.head INTO meant FROM epoch.branches AS b
  WHERE b.repository OPERATOR(pg_catalog.=) in_repository AND b.name OPERATOR(pg_catalog.=) ref AND NOT b.dropped;
  IF FOUND THEN
    RETURN meant;
  END IF;
  IF ref OPERATOR(pg_catalog.~) '^[0-9a-f]{4,64}$' THEN
    SELECT pg_catalog.min(c.commit_id), NULLIF(pg_catalog.max(c.commit_id), pg_catalog.min(c.commit_id)) INTO meant, more
    FROM epoch.commits AS c
    WHERE c.repository OPERATOR(pg_catalog.=) in_repository AND pg_catalog.starts_with(c.commit_id, ref);
  END IF;
  IF more IS NOT NULL THEN
    RAISE EXCEPTION 'Commit prefix "%" is ambiguous', ref USING ERRCODE = 'ambiguous_alias',
      HINT = pg_catalog.format('For example %s and %s begin so.', meant, more);
  ELSIF meant IS NULL THEN
    RAISE EXCEPTION 'No branch or commit is called "%"', ref USING ERRCODE = 'undefined_object',
      HINT = 'SELECT name FROM epoch.branches WHERE NOT dropped';
  END IF;
  RETURN meant;
END
$$;

-- Conflicts of the merge that is open on a branch, the session's if none is named.
CREATE OR REPLACE FUNCTION epoch.conflicts(branch text DEFAULT NULL, repository text DEFAULT NULL)
RETURNS TABLE (
  table_name text, key jsonb, conflict_type text, constraint_name text, fields text[], base jsonb, ours jsonb,
  theirs jsonb, resolved boolean
)
LANGUAGE plpgsql
AS $$
DECLARE
  of_repository text := epoch.session_repository(
    conflicts.repository, pg_catalog.current_setting('search_path'), pg_catalog.current_setting('epoch.branch', true));
  on_branch text := COALESCE(conflicts.branch, epoch.current_branch(of_repository));
  shown bigint;
  all_of_them bigint;
BEGIN
  SELECT pg_catalog.count(*), pg_catalog.max(c.total) INTO shown, all_of_them FROM epoch.merge_conflicts AS c
  WHERE c.repository OPERATOR(pg_catalog.=) of_repository AND c.branch OPERATOR(pg_catalog.=) on_branch;
  IF shown OPERATOR(pg_catalog.<) all_of_them THEN
    RAISE NOTICE '% of % conflicts are shown', shown, all_of_them USING HINT = 'All of them: epoch conflicts show';
  END IF;
  RETURN QUERY
  SELECT c.object_name, c.key, c.conflict_type, c.constraint_name, c.fields, c.base_version, c.target_version,
    c.source_version, c.resolved
  FROM epoch.merge_conflicts AS c
  WHERE c.repository OPERATOR(pg_catalog.=) of_repository AND c.branch OPERATOR(pg_catalog.=) on_branch
  ORDER BY c.place;
END
$$;

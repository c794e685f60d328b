-- Differences between schemas of commits, as the server finds them: those between the heads of the default branch and of
-- others by itself, the rest when a session asks.

CREATE TABLE IF NOT EXISTS epoch.schema_comparisons (
  repository text NOT NULL,
  from_commit text COLLATE "C" NOT NULL,
  to_commit text COLLATE "C" NOT NULL,
  changes jsonb NOT NULL,
  compared_at timestamptz NOT NULL,
  PRIMARY KEY (repository, from_commit, to_commit)
);

COMMENT ON TABLE epoch.schema_comparisons IS 'What differs between the schemas of two commits, kept for a week';

CREATE INDEX IF NOT EXISTS schema_comparisons_compared_at ON epoch.schema_comparisons (compared_at);

-- The changes that make the schema of one branch or commit that of another.
CREATE OR REPLACE FUNCTION epoch.schema_diff(base text, target text, repository text DEFAULT NULL)
RETURNS TABLE (change_type text, object_type text, object_name text, sql_to_sync text, details jsonb)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  of_repository text := epoch.session_repository(
    schema_diff.repository, pg_catalog.current_setting('search_path'), pg_catalog.current_setting('epoch.branch', true));
  from_id text := epoch.commit_of(base, of_repository);
  to_id text := epoch.commit_of(target, of_repository);
  found_changes jsonb;
BEGIN
  SELECT c.changes INTO found_changes FROM epoch.schema_comparisons AS c
  WHERE c.repository OPERATOR(pg_catalog.=) of_repository AND c.from_commit OPERATOR(pg_catalog.=) from_id
    AND c.to_commit OPERATOR(pg_catalog.=) to_id;
  IF found_changes IS NULL AND from_id OPERATOR(pg_catalog.<>) to_id THEN
    RAISE EXCEPTION 'The server has not compared the schemas of % and % yet', base, target
      USING ERRCODE = 'object_not_in_prerequisite_state',
        HINT = pg_catalog.format('CALL epoch.compare_schemas(%L, %L)', base, target);
  END IF;
  RETURN QUERY
  SELECT c.change_type, c.object_type, c.object_name, c.sql_to_sync, c.details
  FROM ROWS FROM (
    pg_catalog.jsonb_to_recordset(found_changes) AS (
      change_type text, object_type text, object_name text, sql_to_sync text, details jsonb)
  ) WITH ORDINALITY AS c (change_type, object_type, object_name, sql_to_sync, details, place)
  ORDER BY c.place;
END
$$;

-- The same as operations, with the definitions of both sides.
CREATE OR REPLACE FUNCTION epoch.compute_schema_diff(
  from_commit text, to_commit text, repository text DEFAULT NULL
)
RETURNS TABLE (
  operation text, object_type text, object_name text, from_ddl text, to_ddl text, conflict_potential boolean
)
LANGUAGE sql STABLE
AS $$
  SELECT CASE d.change_type WHEN 'added' THEN 'CREATE' WHEN 'removed' THEN 'DROP' ELSE 'ALTER' END,
    d.object_type, d.object_name,
    CASE d.change_type
      WHEN 'removed' THEN COALESCE(
        d.details OPERATOR(pg_catalog.->>) 'definition', d.details::pg_catalog.text)
      WHEN 'modified' THEN d.details OPERATOR(pg_catalog.->>) 'before'
    END,
    CASE d.change_type
      WHEN 'added' THEN COALESCE(
        d.details OPERATOR(pg_catalog.->>) 'definition', d.details::pg_catalog.text)
      WHEN 'modified' THEN d.details OPERATOR(pg_catalog.->>) 'after'
    END,
    d.change_type OPERATOR(pg_catalog.=) 'modified'
  FROM epoch.schema_diff(from_commit, to_commit, repository) AS d
$$;

-- What a merge of the schemas of two commits would meet.
CREATE TABLE IF NOT EXISTS epoch.schema_merges (
  repository text NOT NULL,
  target_commit text COLLATE "C" NOT NULL,
  source_commit text COLLATE "C" NOT NULL,
  changes jsonb NOT NULL,
  compared_at timestamptz NOT NULL,
  PRIMARY KEY (repository, target_commit, source_commit)
);

COMMENT ON TABLE epoch.schema_merges IS 'What both sides of a merge did to the schema since they parted, kept for a week';

CREATE INDEX IF NOT EXISTS schema_merges_compared_at ON epoch.schema_merges (compared_at);

-- Tells what differs between commits, and what merges of them would meet: {from_commit, to_commit, changes, merge}.
CREATE OR REPLACE FUNCTION epoch.put_comparisons(of_repository text, found jsonb) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  INSERT INTO epoch.schema_comparisons AS c (repository, from_commit, to_commit, changes, compared_at)
  SELECT of_repository, f ->> 'from_commit', f ->> 'to_commit', f -> 'changes', now() FROM jsonb_array_elements(found) AS f
  ON CONFLICT (repository, from_commit, to_commit) DO UPDATE SET changes = excluded.changes, compared_at = now();
  INSERT INTO epoch.schema_merges AS m (repository, target_commit, source_commit, changes, compared_at)
  SELECT of_repository, f ->> 'from_commit', f ->> 'to_commit', f -> 'merge', now() FROM jsonb_array_elements(found) AS f
  WHERE f ? 'merge'
  ON CONFLICT (repository, target_commit, source_commit) DO UPDATE SET changes = excluded.changes, compared_at = now();
  DELETE FROM epoch.schema_comparisons WHERE compared_at < now() - interval '7 days';
  DELETE FROM epoch.schema_merges WHERE compared_at < now() - interval '7 days';
$$;

-- What source and target did to the schema since they parted, and what a merge cannot decide: conflict_type.
CREATE OR REPLACE FUNCTION epoch.three_way_diff(
  source text, target text DEFAULT NULL, repository text DEFAULT NULL
)
RETURNS TABLE (
  object_type text, object_name text, target_change text, source_change text, conflict_type text,
  base_version text, target_version text, source_version text
)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  of_repository text := epoch.session_repository(
    three_way_diff.repository, pg_catalog.current_setting('search_path'),
    pg_catalog.current_setting('epoch.branch', true));
  into_ref text := COALESCE(target, epoch.current_branch(of_repository));
  target_id text := epoch.commit_of(into_ref, of_repository);
  source_id text := epoch.commit_of(source, of_repository);
  found_changes jsonb;
BEGIN
  SELECT m.changes INTO found_changes FROM epoch.schema_merges AS m
  WHERE m.repository OPERATOR(pg_catalog.=) of_repository AND m.target_commit OPERATOR(pg_catalog.=) target_id
    AND m.source_commit OPERATOR(pg_catalog.=) source_id;
  IF found_changes IS NULL AND target_id OPERATOR(pg_catalog.<>) source_id THEN
    RAISE EXCEPTION 'The server has not compared the schemas of % and % yet', into_ref, source
      USING ERRCODE = 'object_not_in_prerequisite_state',
        HINT = pg_catalog.format('CALL epoch.compare_schemas(%L, %L)', into_ref, source);
  END IF;
  RETURN QUERY
  SELECT c.object_type, c.object_name, c.target_change, c.source_change, c.conflict_type, c.base_version,
    c.target_version, c.source_version
  FROM pg_catalog.jsonb_to_recordset(found_changes) AS c (
    object_type text, object_name text, target_change text, source_change text, conflict_type text,
    base_version text, target_version text, source_version text)
  ORDER BY c.conflict_type IS NULL, c.object_name, c.object_type;
END
$$;

-- Lets the server compare the schemas of two branches or commits; epoch.schema_diff shows what it found.
CREATE OR REPLACE PROCEDURE epoch.compare_schemas(
  base text, target text, repository text DEFAULT NULL, INOUT changes bigint DEFAULT NULL
)
LANGUAGE plpgsql
AS $$
DECLARE
  answer pg_catalog.jsonb;
BEGIN
  CALL epoch.run_command(
    'compare_schemas',
    pg_catalog.jsonb_build_object('base', base, 'target', target, 'repository', repository), answer);
  changes := answer OPERATOR(pg_catalog.->>) 'changes';
END
$$;

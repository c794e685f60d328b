-- Objects of schemas as commits have recorded them. An object that commits share is here once.

CREATE TABLE IF NOT EXISTS epoch.schema_objects (
  object_hash text COLLATE "C" NOT NULL,
  object_type text NOT NULL,
  object_name text NOT NULL,
  ddl_content text NOT NULL,
  dependencies jsonb NOT NULL,
  PRIMARY KEY (object_hash, object_type, object_name)
);

CREATE TABLE IF NOT EXISTS epoch.commit_objects (
  repository text NOT NULL,
  commit_id text COLLATE "C" NOT NULL,
  object_type text NOT NULL,
  object_name text NOT NULL,
  object_hash text COLLATE "C" NOT NULL,
  PRIMARY KEY (repository, commit_id, object_type, object_name)
);

COMMENT ON TABLE epoch.schema_objects IS 'Objects of schemas that commits have recorded';
COMMENT ON TABLE epoch.commit_objects IS 'Which objects each commit has that records the schema';

CREATE OR REPLACE VIEW epoch.object_snapshots AS
SELECT c.repository, c.commit_id, c.object_type, c.object_name, c.object_hash, o.ddl_content, o.dependencies
FROM epoch.commit_objects AS c
JOIN epoch.schema_objects AS o USING (object_hash, object_type, object_name);

-- Tells the objects that a commit has recorded.
CREATE OR REPLACE FUNCTION epoch.put_snapshot(of_repository text, of_commit text, recorded jsonb) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  INSERT INTO epoch.schema_objects (object_hash, object_type, object_name, ddl_content, dependencies)
  SELECT o.object_hash, o.object_type, o.object_name, o.ddl_content, o.dependencies
  FROM jsonb_to_recordset(recorded) AS o (
    object_hash text, object_type text, object_name text, ddl_content text, dependencies jsonb)
  ON CONFLICT DO NOTHING;
  INSERT INTO epoch.commit_objects (repository, commit_id, object_type, object_name, object_hash)
  SELECT of_repository, of_commit, o.object_type, o.object_name, o.object_hash
  FROM jsonb_to_recordset(recorded) AS o (object_hash text, object_type text, object_name text)
  ON CONFLICT (repository, commit_id, object_type, object_name) DO UPDATE SET object_hash = excluded.object_hash;
$$;

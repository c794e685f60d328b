CREATE TABLE IF NOT EXISTS branches (
  repository text NOT NULL,
  branch_id text NOT NULL,
  name text NOT NULL,
  head bigint NOT NULL,
  is_default boolean NOT NULL,
  created_at timestamptz NOT NULL,
  merge_id text,
  PRIMARY KEY (repository, branch_id)
);

CREATE INDEX IF NOT EXISTS branches_by_name ON branches (repository, name);

COMMENT ON COLUMN branches.head IS 'Position of the commit that it stands at';
COMMENT ON COLUMN branches.merge_id IS 'The merge that waits on it';

CREATE TABLE IF NOT EXISTS checkouts (
  repository text NOT NULL,
  actor_id text NOT NULL,
  branch_id text NOT NULL,
  PRIMARY KEY (repository, actor_id)
);

CREATE TABLE IF NOT EXISTS tags (
  repository text NOT NULL,
  name text NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (repository, name)
);

COMMENT ON COLUMN tags.position IS 'Of the commit that it names';

CREATE TABLE IF NOT EXISTS preparations (
  repository text NOT NULL,
  operation_id uuid NOT NULL,
  actor_id text NOT NULL,
  actor_name text NOT NULL,
  actor_email text NOT NULL,
  actor_search text NOT NULL,
  PRIMARY KEY (repository, operation_id)
);

COMMENT ON TABLE preparations IS 'Who asked for an operation, until it ends: somebody else may complete it';

CREATE TABLE IF NOT EXISTS commits (
  repository text NOT NULL,
  position bigint NOT NULL,
  commit_id text COLLATE "C" NOT NULL,
  parents text[] NOT NULL,
  parent_positions bigint[] NOT NULL,
  generation integer NOT NULL,
  history bigint NOT NULL,
  author_name text NOT NULL,
  author_email text NOT NULL,
  author_search text NOT NULL,
  committer_id text NOT NULL,
  committer_name text NOT NULL,
  committer_email text NOT NULL,
  committer_search text NOT NULL,
  message text NOT NULL,
  committed_at timestamptz NOT NULL,
  changes jsonb NOT NULL,
  table_count integer NOT NULL,
  record_count bigint NOT NULL,
  PRIMARY KEY (repository, position)
);

CREATE UNIQUE INDEX IF NOT EXISTS commits_by_id ON commits (repository, commit_id);

COMMENT ON COLUMN commits.position IS 'Position in the log of the record that made it: greater than those of its parents';
COMMENT ON COLUMN commits.parents IS 'Their ids, without the hidden root under every history';
COMMENT ON COLUMN commits.parent_positions IS 'All of them; none for the hidden root';
COMMENT ON COLUMN commits.generation IS '0 for the hidden root, else one more than the greatest of the parents';
COMMENT ON COLUMN commits.history IS 'How many commits it reaches, itself included, without the hidden root';
COMMENT ON COLUMN commits.author_search IS 'Name, address and id in lower case';
COMMENT ON COLUMN commits.changes IS 'Tables that differ from the first parent, by name';

CREATE TABLE IF NOT EXISTS recorded_changes (
  repository text NOT NULL,
  operation_id uuid NOT NULL,
  position bigint NOT NULL,
  changes jsonb NOT NULL,
  tables_added integer NOT NULL,
  records_added bigint NOT NULL,
  PRIMARY KEY (repository, operation_id, position)
);

COMMENT ON TABLE recorded_changes IS 'Of commits too large for one record, until their commit comes';

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
  registering text,
  PRIMARY KEY (repository, operation_id)
);

COMMENT ON TABLE preparations IS 'Who asked for an operation, until it ends: somebody else may complete it';
COMMENT ON COLUMN preparations.registering IS 'Name of the table that it registers';

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
  line bigint NOT NULL,
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
COMMENT ON COLUMN commits.line IS 'Of the line that it belongs to';

-- A commit belongs to the line of its first parent, unless another one went on with that before; then it begins a line.
CREATE TABLE IF NOT EXISTS lines (
  repository text NOT NULL,
  line bigint NOT NULL,
  tip bigint NOT NULL,
  parent_line bigint,
  parent_position bigint,
  depth integer NOT NULL,
  PRIMARY KEY (repository, line)
);

COMMENT ON COLUMN lines.line IS 'Position of its first commit';
COMMENT ON COLUMN lines.tip IS 'Position of its last commit';
COMMENT ON COLUMN lines.parent_line IS 'The line whose tables it has until it changes them; null where it has all of its own';
COMMENT ON COLUMN lines.parent_position IS 'Of the commit of that line that it begins behind';
COMMENT ON COLUMN lines.depth IS 'How many lines lie under it';

CREATE TABLE IF NOT EXISTS table_versions (
  repository text NOT NULL,
  line bigint NOT NULL,
  name text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  table_id text,
  row_count bigint,
  schema_hash text,
  PRIMARY KEY (repository, line, name, position)
);

COMMENT ON TABLE table_versions IS 'What commits changed of tables: a commit holds the last versions of its line and of those under it';
COMMENT ON COLUMN table_versions.table_id IS 'Null where the commit has no table of this name any more';

CREATE TABLE IF NOT EXISTS registrations (
  repository text NOT NULL,
  table_id text NOT NULL,
  name text COLLATE "C" NOT NULL,
  storage text NOT NULL,
  schema_name text NOT NULL,
  table_name text NOT NULL,
  schema_hash text NOT NULL,
  row_count bigint NOT NULL,
  branch_id text,
  removed boolean NOT NULL,
  kept boolean NOT NULL,
  PRIMARY KEY (repository, table_id)
);

COMMENT ON COLUMN registrations.branch_id IS 'The branch that it was made on; null for a live table';
COMMENT ON COLUMN registrations.removed IS 'Whether it is versioned no more';
COMMENT ON COLUMN registrations.kept IS 'Whether commits still read what they read of it, though it is removed';

CREATE TABLE IF NOT EXISTS table_schemas (
  repository text NOT NULL,
  hash text NOT NULL,
  content text NOT NULL,
  PRIMARY KEY (repository, hash)
);

CREATE TABLE IF NOT EXISTS recorded_changes (
  repository text NOT NULL,
  operation_id uuid NOT NULL,
  position bigint NOT NULL,
  changes jsonb NOT NULL,
  tables_added integer NOT NULL,
  records_added bigint NOT NULL,
  versions jsonb NOT NULL,
  PRIMARY KEY (repository, operation_id, position)
);

COMMENT ON TABLE recorded_changes IS 'Of commits too large for one record, until their commit comes';

-- What this database holds for which repository. Applied when missing; see EpochSchema.
CREATE SCHEMA IF NOT EXISTS epoch;

-- The resources that were applied last.
CREATE TABLE IF NOT EXISTS epoch.storage_version (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version integer NOT NULL,
  fingerprint text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

-- Names of the functions that the resources make, so that another version can drop them. The default
-- is for catalogs from before this column: what they may have and the version that adds it has not.
ALTER TABLE epoch.storage_version
  ADD COLUMN IF NOT EXISTS functions text[] NOT NULL DEFAULT '{notes_beginning,is_not_called}';

CREATE TABLE IF NOT EXISTS epoch.tables (
  table_id text COLLATE "C" PRIMARY KEY,
  repository text NOT NULL,
  name text NOT NULL,
  schema_name text NOT NULL,
  table_name text NOT NULL,
  label text COLLATE "C" NOT NULL,
  view_name text NOT NULL,
  columns text[] NOT NULL,
  key_columns text[] NOT NULL,
  install_position bigint NOT NULL,
  install_operation uuid NOT NULL,
  UNIQUE (schema_name, table_name)
);

ALTER TABLE epoch.tables ADD COLUMN IF NOT EXISTS last_column integer;
ALTER TABLE epoch.tables ADD COLUMN IF NOT EXISTS key_counted boolean NOT NULL DEFAULT false;
ALTER TABLE epoch.tables ADD COLUMN IF NOT EXISTS append_only boolean NOT NULL DEFAULT false;

ALTER TABLE epoch.tables ADD COLUMN IF NOT EXISTS home_schema text;
ALTER TABLE epoch.tables ADD COLUMN IF NOT EXISTS home_branch text COLLATE "C";
ALTER TABLE epoch.tables ADD COLUMN IF NOT EXISTS settled_at bigint;

COMMENT ON TABLE epoch.tables IS 'Tables whose changes are captured';
COMMENT ON COLUMN epoch.tables.label IS 'Readable part of the names of Epoch''s objects; never changes';
COMMENT ON COLUMN epoch.tables.view_name IS 'Name of the views that stand for the table on branches';
COMMENT ON COLUMN epoch.tables.columns IS 'Columns of images: all that are stored, in the table''s order';
COMMENT ON COLUMN epoch.tables.last_column IS 'Greatest pg_attribute.attnum when the table was registered; null if that is not known';
COMMENT ON COLUMN epoch.tables.key_counted IS 'Nothing but Epoch sees to it that the key is unique and not null';
COMMENT ON COLUMN epoch.tables.append_only IS 'Rows have ids in a table of Epoch, which is their key';
COMMENT ON COLUMN epoch.tables.home_schema IS 'Schema that it will be in; null if it is there. Until then the default branch does not have it';
COMMENT ON COLUMN epoch.tables.home_branch IS 'Branch that it was made on; null if it was made as a live table';
COMMENT ON COLUMN epoch.tables.settled_at IS 'Position of the merge that moved it there';
COMMENT ON COLUMN epoch.tables.install_position IS 'First position at which a state of the table is known';

CREATE TABLE IF NOT EXISTS epoch.written_keys (
  repository text NOT NULL,
  key text COLLATE "C" NOT NULL,
  request text COLLATE "C" NOT NULL,
  inserted bigint,
  updated bigint,
  deleted bigint,
  unchanged bigint,
  written_at timestamptz NOT NULL,
  PRIMARY KEY (repository, key)
);

CREATE INDEX IF NOT EXISTS written_keys_by_age ON epoch.written_keys (written_at);

COMMENT ON TABLE epoch.written_keys IS 'Idempotency keys of writes of records through the server, with their answers, for a day';
COMMENT ON COLUMN epoch.written_keys.request IS 'Digest of the request that the key belongs to';

CREATE TABLE IF NOT EXISTS epoch.branches (
  branch_id text COLLATE "C" PRIMARY KEY,
  repository text NOT NULL,
  name text NOT NULL,
  label text COLLATE "C" NOT NULL,
  is_default boolean NOT NULL,
  dropped boolean NOT NULL DEFAULT false,
  changed_schema text,
  base_schema text
);

ALTER TABLE epoch.branches ADD COLUMN IF NOT EXISTS told_at bigint NOT NULL DEFAULT 0;
ALTER TABLE epoch.branches ADD COLUMN IF NOT EXISTS privileges_seen text;

COMMENT ON COLUMN epoch.branches.privileges_seen IS 'Versions of what grants and policies of the tables are kept in, as the views have them';

CREATE UNIQUE INDEX IF NOT EXISTS branches_by_name ON epoch.branches (repository, name)
WHERE NOT dropped;

COMMENT ON TABLE epoch.branches IS 'Branches that the server told of; dropped ones stay while commits refer to their rows';
COMMENT ON COLUMN epoch.branches.label IS 'Readable part of the names of Epoch''s objects; never changes';
COMMENT ON COLUMN epoch.branches.told_at IS 'Version of the repository''s log at which the name was told';
COMMENT ON COLUMN epoch.branches.changed_schema IS 'Views of tables that the branch changed; null until the branch is first used';
COMMENT ON COLUMN epoch.branches.base_schema IS 'Views of all other tables';

CREATE TABLE IF NOT EXISTS epoch.branch_tables (
  branch_id text COLLATE "C" NOT NULL REFERENCES epoch.branches,
  table_id text COLLATE "C" NOT NULL REFERENCES epoch.tables,
  has_overlay boolean NOT NULL DEFAULT false,
  anchor bigint NOT NULL,
  source_overlay text COLLATE "C",
  source_position bigint,
  PRIMARY KEY (branch_id, table_id),
  CHECK ((source_overlay IS NULL) = (source_position IS NULL)),
  CHECK (NOT has_overlay OR source_overlay IS NULL)
);

ALTER TABLE epoch.branch_tables
  ADD COLUMN IF NOT EXISTS has_copy boolean NOT NULL DEFAULT false CHECK (NOT has_copy OR has_overlay),
  ADD COLUMN IF NOT EXISTS copy_shown boolean NOT NULL DEFAULT false CHECK (NOT copy_shown OR has_copy),
  ADD COLUMN IF NOT EXISTS copy_relation oid,
  ADD COLUMN IF NOT EXISTS copy_fill uuid CHECK (copy_fill IS NULL OR NOT has_copy),
  ADD COLUMN IF NOT EXISTS copy_automatic boolean NOT NULL DEFAULT false,
  ADD COLUMN IF NOT EXISTS copy_unwanted boolean NOT NULL DEFAULT false,
  ADD COLUMN IF NOT EXISTS copy_seen_at timestamptz;

COMMENT ON COLUMN epoch.branch_tables.has_copy IS 'All rows that the branch sees are also in a table of their own';
COMMENT ON COLUMN epoch.branch_tables.copy_shown IS 'The views read that table';
COMMENT ON COLUMN epoch.branch_tables.copy_relation IS 'That table, where the server that made it knows of it';
COMMENT ON COLUMN epoch.branch_tables.copy_fill IS 'The run that fills the copy';
COMMENT ON COLUMN epoch.branch_tables.copy_automatic IS 'Nobody asked for the copy: it goes when it is not read any more';
COMMENT ON COLUMN epoch.branch_tables.copy_seen_at IS 'When the copy was begun, or last seen being read, to the hour';
COMMENT ON COLUMN epoch.branch_tables.copy_unwanted IS 'Somebody dropped the copy: none is made unasked';
COMMENT ON COLUMN epoch.branch_tables.anchor IS 'Position of the live table that is seen underneath';
COMMENT ON COLUMN epoch.branch_tables.source_overlay IS 'Branch whose overlay, as of source_position, is seen as long as there is no own one';

CREATE TABLE IF NOT EXISTS epoch.archives (
  table_id text COLLATE "C" PRIMARY KEY,
  repository text NOT NULL,
  name text NOT NULL,
  label text COLLATE "C" NOT NULL,
  history_end bigint NOT NULL,
  complete boolean NOT NULL DEFAULT false
);

COMMENT ON TABLE epoch.archives IS 'Tables that are versioned no more, and what commits read of them is kept';
COMMENT ON COLUMN epoch.archives.history_end IS 'Position of the last committed change when the rows were copied';
COMMENT ON COLUMN epoch.archives.complete IS 'False while the table is still versioned';

CREATE TABLE IF NOT EXISTS epoch.archived_overlays (
  table_id text COLLATE "C" NOT NULL REFERENCES epoch.archives,
  branch_id text COLLATE "C" NOT NULL REFERENCES epoch.branches,
  PRIMARY KEY (table_id, branch_id)
);

CREATE TABLE IF NOT EXISTS epoch.operations (
  operation_id uuid PRIMARY KEY,
  position bigint NOT NULL,
  branch_id text COLLATE "C" NOT NULL,
  result jsonb NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

ALTER TABLE epoch.operations ADD COLUMN IF NOT EXISTS fence bigint NOT NULL DEFAULT 0;

COMMENT ON COLUMN epoch.operations.fence IS 'Of the last owner of the repository who settled it: those before it cannot undo it';

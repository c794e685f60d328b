CREATE TABLE epoch.subscriptions (
  repository text NOT NULL,
  name text NOT NULL,
  types text[] NOT NULL,
  branches text[] NOT NULL,
  tables text[] NOT NULL,
  position bigint NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  PRIMARY KEY (repository, name)
);

COMMENT ON TABLE epoch.subscriptions IS 'Readers of events whose positions the server keeps. Empty lists of types, branches or tables mean all.';
COMMENT ON COLUMN epoch.subscriptions.position IS 'Of the log, up to which all was acknowledged';

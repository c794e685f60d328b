CREATE TABLE epoch.hooks (
  repository text NOT NULL,
  name text NOT NULL,
  event text NOT NULL,
  url text NOT NULL,
  branches text[] NOT NULL,
  timeout_ms integer NOT NULL,
  fail_open boolean NOT NULL,
  active boolean NOT NULL,
  sealed_secrets text NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  PRIMARY KEY (repository, name)
);

COMMENT ON TABLE epoch.hooks IS 'Who is asked over HTTP before a change is made. No branches mean all.';

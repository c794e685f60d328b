-- Migrations of live tables, and how far each of their statements is.

CREATE TABLE IF NOT EXISTS epoch.migrations (
  migration_id text PRIMARY KEY,
  repository text NOT NULL,
  schema_hash text NOT NULL,
  search_path text NOT NULL,
  lock_timeout bigint NOT NULL,
  statement_timeout bigint NOT NULL,
  retries integer NOT NULL,
  initial_delay bigint NOT NULL,
  max_delay bigint NOT NULL,
  in_transaction boolean NOT NULL,
  state text NOT NULL DEFAULT 'RUNNING',
  began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz
);

ALTER TABLE epoch.migrations ADD COLUMN IF NOT EXISTS forced boolean NOT NULL DEFAULT true;
ALTER TABLE epoch.migrations ADD COLUMN IF NOT EXISTS branch text;

-- One at a time in a repository.
CREATE UNIQUE INDEX IF NOT EXISTS migrations_running ON epoch.migrations (repository) WHERE state = 'RUNNING';

CREATE TABLE IF NOT EXISTS epoch.migration_statements (
  migration_id text NOT NULL REFERENCES epoch.migrations ON DELETE CASCADE,
  number integer NOT NULL,
  sql text NOT NULL,
  alone boolean NOT NULL,
  state text NOT NULL DEFAULT 'PENDING',
  attempts integer NOT NULL DEFAULT 0,
  error text,
  ended_at timestamptz,
  PRIMARY KEY (migration_id, number)
);

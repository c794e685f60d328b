CREATE SCHEMA IF NOT EXISTS epoch_read;

CREATE TABLE epoch_read.projections (
  name text PRIMARY KEY,
  lifecycle text NOT NULL,
  position bigint NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'parked')),
  parked_at bigint,
  error text,
  updated_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE epoch_read.projections IS 'How far each read model is. Data and checkpoint move in one transaction.';
COMMENT ON COLUMN epoch_read.projections.position IS 'Last position of the log that the read model includes';
COMMENT ON COLUMN epoch_read.projections.parked_at IS 'Position of the event that it cannot apply';

-- The last position given. An appending transaction locks this row until it ends, so positions have
-- no gaps and become visible in their order.
CREATE TABLE epoch.log_head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  position bigint NOT NULL CHECK (position >= 0)
) WITH (fillfactor = 10);

INSERT INTO epoch.log_head (position)
VALUES (0);

CREATE TABLE epoch.events (
  position bigint PRIMARY KEY CHECK (position > 0),
  stream text COLLATE "C" NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  id uuid NOT NULL UNIQUE,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('command', 'event', 'rejection')),
  type text COLLATE "C" NOT NULL,
  schema_version integer NOT NULL CHECK (schema_version > 0),
  time timestamptz NOT NULL,
  actor_id text NOT NULL,
  actor_name text NOT NULL,
  actor_email text NOT NULL,
  causation uuid NOT NULL,
  idempotency_key text,
  data text NOT NULL,
  UNIQUE (stream, version)
);

COMMENT ON TABLE epoch.events IS 'The event log: every change of state, in order. Rows are never changed.';
COMMENT ON COLUMN epoch.events.position IS 'In the whole log, from 1, without gaps';
COMMENT ON COLUMN epoch.events.version IS 'In the stream, from 1, without gaps';
COMMENT ON COLUMN epoch.events.data IS 'A JSON object, kept as the text that was appended';

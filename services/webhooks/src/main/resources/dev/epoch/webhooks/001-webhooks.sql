CREATE TABLE epoch.webhooks (
  id text PRIMARY KEY,
  repository text NOT NULL,
  url text NOT NULL,
  events text[] NOT NULL,
  branches text[] NOT NULL,
  tables text[] NOT NULL,
  description text,
  active boolean NOT NULL,
  disabled_reason text,
  failing_since timestamptz,
  sealed_secrets text NOT NULL,
  old_secret_until timestamptz,
  after_position bigint NOT NULL,
  request_key text,
  rotation_key text,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  UNIQUE (repository, request_key)
);

COMMENT ON TABLE epoch.webhooks IS 'Who is told of events over HTTP. Empty lists of events, branches or tables mean all.';
COMMENT ON COLUMN epoch.webhooks.after_position IS 'Position of the log when it was created: it is told of later events only';
COMMENT ON COLUMN epoch.webhooks.failing_since IS 'First attempt that failed since the last one that worked';
COMMENT ON COLUMN epoch.webhooks.old_secret_until IS 'Until then what is sent is signed with the former secret too';
COMMENT ON COLUMN epoch.webhooks.request_key IS 'Idempotency key of the request that created it';

CREATE TABLE epoch.webhook_messages (
  id uuid PRIMARY KEY,
  repository text NOT NULL,
  position bigint UNIQUE,
  type text NOT NULL,
  branch text NOT NULL,
  payload text NOT NULL,
  created_at timestamptz NOT NULL
);

COMMENT ON TABLE epoch.webhook_messages IS 'What is sent of an event: once for all webhooks, the same in every attempt';
COMMENT ON COLUMN epoch.webhook_messages.position IS 'Of the event in the log; null for a test';

CREATE TABLE epoch.webhook_deliveries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  webhook text NOT NULL REFERENCES epoch.webhooks ON DELETE CASCADE,
  message uuid NOT NULL REFERENCES epoch.webhook_messages,
  position bigint NOT NULL,
  branch text NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'failed', 'delivered', 'dead')),
  attempt integer NOT NULL DEFAULT 0,
  response_status integer,
  latency_ms integer,
  error text,
  next_attempt_at timestamptz,
  attempts jsonb NOT NULL DEFAULT '[]',
  created_at timestamptz NOT NULL,
  UNIQUE (webhook, message)
);

CREATE INDEX webhook_deliveries_waiting
  ON epoch.webhook_deliveries (webhook, branch, position)
  WHERE state IN ('pending', 'failed');

CREATE INDEX webhook_deliveries_message ON epoch.webhook_deliveries (message);

CREATE INDEX webhook_deliveries_age ON epoch.webhook_deliveries (created_at);

COMMENT ON TABLE epoch.webhook_deliveries IS 'One message to one webhook, with what came of the attempts';
COMMENT ON COLUMN epoch.webhook_deliveries.state IS 'pending: no attempt yet; failed: tried again later; dead: not tried any more';

CREATE TABLE epoch.webhook_queues (
  webhook text NOT NULL REFERENCES epoch.webhooks ON DELETE CASCADE,
  branch text NOT NULL,
  due_at timestamptz NOT NULL,
  PRIMARY KEY (webhook, branch)
);

CREATE INDEX webhook_queues_due ON epoch.webhook_queues (due_at);

COMMENT ON TABLE epoch.webhook_queues IS 'Deliveries of one webhook and branch go one after another; the next one at due_at, infinity if none waits';

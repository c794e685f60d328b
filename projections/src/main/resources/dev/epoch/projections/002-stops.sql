ALTER TABLE epoch_read.projections
  ADD COLUMN stops jsonb NOT NULL DEFAULT '{}',
  DROP COLUMN state,
  DROP COLUMN parked_at,
  DROP COLUMN error;

COMMENT ON COLUMN epoch_read.projections.position IS 'Last position of the log that the read model includes, events of the repositories in stops excepted';
COMMENT ON COLUMN epoch_read.projections.stops IS 'By repository: the position of the event from which on its events are not included, why and since when';

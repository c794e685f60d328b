-- Every read model follows the log.
ALTER TABLE epoch_read.projections
  DROP COLUMN lifecycle;

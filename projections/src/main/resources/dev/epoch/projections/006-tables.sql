-- History holds the tables of commits: it is built anew.
DROP TABLE IF EXISTS epoch_read.branches, epoch_read.checkouts, epoch_read.tags, epoch_read.preparations,
  epoch_read.commits, epoch_read.recorded_changes;

DELETE FROM epoch_read.projections
WHERE name = 'history';

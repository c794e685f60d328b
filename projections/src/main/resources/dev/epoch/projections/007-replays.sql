-- The reflog tells which command made a commit: it is built anew.
DROP TABLE IF EXISTS epoch_read.reflog, epoch_read.reflog_branches;

DELETE FROM epoch_read.projections
WHERE name = 'reflog';

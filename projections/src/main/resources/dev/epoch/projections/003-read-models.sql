-- The API answers from read models: those that nothing read are gone, others have other columns.
DROP TABLE IF EXISTS epoch_read.branch_heads, epoch_read.commits, epoch_read.commit_parents, epoch_read.commit_tables,
  epoch_read.recovery_sidecars, epoch_read.recoveries;

DELETE FROM epoch_read.projections
WHERE name IN ('branch-heads', 'commit-graph', 'recovery-sidecars');

-- Conflicts are answered from the read model: it holds the decisions, and not what nobody read.
DROP TABLE IF EXISTS epoch_read.open_merges, epoch_read.open_merge_tables;

DELETE FROM epoch_read.projections
WHERE name = 'conflicts';

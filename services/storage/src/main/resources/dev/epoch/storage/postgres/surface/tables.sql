-- Tables of repositories, as sessions ask for them.

-- Versions a table: a live one, or, on another branch, one that was made there.
CREATE OR REPLACE PROCEDURE epoch.table_add(
  table_name text, branch text DEFAULT NULL, key text[] DEFAULT NULL, storage text DEFAULT NULL,
  repository text DEFAULT NULL, INOUT row_count bigint DEFAULT NULL
)
LANGUAGE plpgsql
AS $$
DECLARE
  answer pg_catalog.jsonb;
BEGIN
  CALL epoch.run_command(
    'table_add',
    pg_catalog.jsonb_build_object(
      'table', table_name, 'branch', branch, 'key', pg_catalog.to_jsonb(key), 'storage', storage,
      'repository', repository),
    answer);
  row_count := answer OPERATOR(pg_catalog.->>) 'rows';
END
$$;

-- What is not committed on a branch, the session's if none is named: an array of tables with counts of rows, and the tables
-- that were made there and are not versioned.
CREATE OR REPLACE PROCEDURE epoch.status(
  branch text DEFAULT NULL, repository text DEFAULT NULL,
  INOUT changes jsonb DEFAULT NULL, INOUT untracked text[] DEFAULT NULL
)
LANGUAGE plpgsql
AS $$
DECLARE
  answer pg_catalog.jsonb;
BEGIN
  CALL epoch.run_command(
    'status', pg_catalog.jsonb_build_object('branch', branch, 'repository', repository), answer);
  changes := answer OPERATOR(pg_catalog.->) 'changes';
  untracked := ARRAY(SELECT pg_catalog.jsonb_array_elements_text(answer OPERATOR(pg_catalog.->) 'untracked'));
END
$$;

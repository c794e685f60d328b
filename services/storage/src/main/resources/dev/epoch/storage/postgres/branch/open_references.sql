-- Foreign keys of open tables: they lead to other open tables of the branch.

-- Makes the foreign keys between open tables of a branch that are not there yet, but for those that a session has dropped.
CREATE OR REPLACE FUNCTION epoch.link_open_tables(of_branch text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  key record;
BEGIN
  FOR key IN
    SELECT r.*, replace(r.definition, ' REFERENCES ' || r.parent || '(', ' REFERENCES ' || r.open_parent || '(') AS made
    FROM epoch.branch_references(of_branch) AS r
    JOIN epoch.branch_tables AS p ON p.branch_id = of_branch AND p.table_id = r.table_id
    WHERE r.open_child IS NOT NULL AND r.open_parent IS NOT NULL
      AND NOT EXISTS (
        SELECT FROM pg_constraint AS there
        WHERE there.conrelid = r.open_child::regclass AND there.conname = r.constraint_name
      )
      AND NOT coalesce(p.open_made -> 'facts' -> 'constraints' ? r.constraint_name, false)
    ORDER BY r.open_child, r.constraint_name
  LOOP
    BEGIN
      EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', key.open_child, key.constraint_name, key.made);
    EXCEPTION
      WHEN foreign_key_violation THEN
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', key.open_child, key.constraint_name, key.made);
        RAISE NOTICE 'Rows of % on the branch break its foreign key %: only rows that are written from now on are checked',
          key.child, key.constraint_name;
      WHEN undefined_column OR invalid_foreign_key OR datatype_mismatch THEN
        RAISE NOTICE 'Not checked on the branch, but when it is merged: foreign key % of %: %',
          key.constraint_name, key.child, SQLERRM;
    END;
    PERFORM epoch.note_reference(of_branch, key.table_id, key.constraint_name);
  END LOOP;
END
$$;

-- Takes note of a foreign key of an open table that Epoch has made or dropped: that is no change of a session's.
CREATE OR REPLACE FUNCTION epoch.note_reference(of_branch text, of_table text, reference text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  UPDATE epoch.branch_tables AS p
  SET open_made = jsonb_set(
    p.open_made, '{facts,constraints}',
    (p.open_made -> 'facts' -> 'constraints') - reference || coalesce((
      SELECT jsonb_build_object(reference, pg_get_constraintdef(c.oid))
      FROM pg_constraint AS c
      WHERE c.conrelid = to_regclass(p.open_relation) AND c.conname = reference), '{}'))
  WHERE p.branch_id = of_branch AND p.table_id = of_table AND p.open_made -> 'facts' ? 'constraints'
$$;

-- Foreign keys that the tables of a branch have there, those of the live tables or of the branch's own definition, with the
-- open tables of both sides. Definitions name live tables.
CREATE OR REPLACE FUNCTION epoch.branch_references(of_branch text)
RETURNS TABLE (
  table_id text, constraint_name text, definition text, child text, parent text, open_child text, open_parent text
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH placed AS MATERIALIZED (
    SELECT p.table_id, epoch.users_table(p.table_id) AS live, p.open_relation, p.definition,
      coalesce(t.home_schema, t.schema_name) || '.' || t.table_name AS told,
      format('%I.%I', coalesce(t.home_schema, t.schema_name), t.table_name) AS name
    FROM epoch.branch_tables AS p
    JOIN epoch.tables AS t ON t.table_id = p.table_id
    WHERE p.branch_id = of_branch
  )
  SELECT child.table_id, c.conname, pg_get_constraintdef(c.oid), child.live::text, c.confrelid::regclass::text,
    child.open_relation, parent.open_relation
  FROM placed AS child
  JOIN pg_constraint AS c ON c.conrelid = child.live AND c.contype = 'f' AND c.conparentid = 0
  LEFT JOIN placed AS parent ON parent.live = c.confrelid
  WHERE child.definition IS NULL
  UNION ALL
  SELECT child.table_id, c ->> 'name', c ->> 'definition', child.name,
    coalesce(parent.name, c ->> 'referencesTable'), child.open_relation, parent.open_relation
  FROM placed AS child
  CROSS JOIN LATERAL jsonb_array_elements(child.definition -> 'constraints') AS c
  LEFT JOIN placed AS parent ON parent.told = c ->> 'referencesTable'
  WHERE c ->> 'kind' = 'FOREIGN_KEY'
$$;

DROP FUNCTION IF EXISTS epoch.references_of_branch(text);

-- Foreign keys that nothing checks while the branch is written, since one side is open and the other is not.
CREATE OR REPLACE FUNCTION epoch.unchecked_references(of_branch text) RETURNS SETOF text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('%s (%s to %s)', r.constraint_name, r.child, r.parent)
  FROM epoch.branch_references(of_branch) AS r
  WHERE (r.open_child IS NULL) <> (r.open_parent IS NULL)
  ORDER BY 1
$$;

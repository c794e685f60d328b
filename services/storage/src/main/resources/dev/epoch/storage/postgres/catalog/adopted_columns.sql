-- Columns of live tables that the layers knew before the live table had them, or knew once: merges bring them.

-- Takes a column that the live table has now, and that nobody has looked at, for one that the layers have: epoch.follow_table,
-- called next, gives that one its name. Nothing if the layers do not know the identity with this type. Answers why that cannot
-- be: branches have labels in an enum that the live type does not have; null if it is done.
DROP FUNCTION IF EXISTS epoch.adopt_column(text, text, text);
CREATE OR REPLACE FUNCTION epoch.adopt_column(of_table text, of_id text, named text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  live_column record;
  former epoch.table_columns;
  adopted epoch.table_columns;
  layer record;
  aside text;
  problem text;
BEGIN
  SELECT * INTO live_column FROM epoch.live_columns(epoch.users_table(of_table)) AS c WHERE c.name = named;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  SELECT * INTO former FROM epoch.table_columns AS k
  WHERE k.table_id = of_table AND k.number = live_column.number;
  IF FOUND AND former.column_id = of_id AND (former.type, former.collation_clause)
      = (live_column.type, live_column.collation_clause) THEN
    RETURN NULL;
  END IF;
  SELECT * INTO adopted FROM epoch.table_columns AS k
  WHERE k.table_id = of_table AND k.column_id = of_id AND k.number IS NULL
    AND live_column.type IN (k.type, k.stands_for) AND k.collation_clause = live_column.collation_clause
  ORDER BY k.type = live_column.type DESC, length(k.name) DESC, k.name DESC
  LIMIT 1;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF adopted.type <> live_column.type THEN
    problem := epoch.give_layers_enum(of_table, adopted.name, live_column.type);
    IF problem IS NOT NULL THEN
      RETURN problem;
    END IF;
    adopted.type := live_column.type;
  END IF;
  IF former.name IS NOT NULL THEN
    -- of another type until now
    aside := epoch.name_aside(of_table);
    PERFORM epoch.rename_layer_column(of_table, former.name, aside);
    UPDATE epoch.table_columns SET name = aside, number = NULL WHERE table_id = of_table AND name = former.name;
    FOR layer IN SELECT * FROM epoch.layers(of_table) WHERE kind = 'v' LOOP
      EXECUTE format('ALTER TABLE %s ALTER %I DROP NOT NULL', layer.relation, aside);
    END LOOP;
    -- rows that are captured from now on have no value there
    FOR layer IN SELECT * FROM epoch.layers(of_table) WHERE kind NOT IN ('v', 'o') LOOP
      EXECUTE format('ALTER TABLE %s ALTER %I DROP DEFAULT', layer.relation, aside);
    END LOOP;
    IF former.column_id = of_id THEN
      PERFORM epoch.refill_layers(of_table, of_id, aside, adopted.name, adopted.type);
    END IF;
  END IF;
  UPDATE epoch.table_columns SET number = live_column.number, of_branches = false, never_live = false, kept = false
  WHERE table_id = of_table AND name = adopted.name;
  RETURN NULL;
END
$$;

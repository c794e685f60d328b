CREATE TABLE epoch.webhooks_version (
  version bigint NOT NULL
);

INSERT INTO epoch.webhooks_version (version)
VALUES (0);

COMMENT ON TABLE epoch.webhooks_version IS 'One row: changes with who is to be told of what, so that servers need not read all webhooks to see whether they know them';

CREATE FUNCTION epoch.webhooks_changed() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  UPDATE epoch.webhooks_version
  SET version = version + 1;
  RETURN NULL;
END
$$;

CREATE TRIGGER webhooks_changed
AFTER INSERT OR DELETE OR UPDATE OF repository, active, events, branches, tables, after_position
ON epoch.webhooks
FOR EACH STATEMENT
EXECUTE FUNCTION epoch.webhooks_changed();

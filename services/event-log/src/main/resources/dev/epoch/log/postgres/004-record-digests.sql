-- SHA-256 of everything else in a row, its places included: rows that were changed, swapped or put
-- elsewhere do not have their digest any more. Positions and versions without gaps tell the rest.
CREATE FUNCTION epoch.record_digest(
  "position" bigint, stream text, version bigint, id uuid, kind text, type text, schema_version integer,
  "time" timestamptz, actor_id text, actor_name text, actor_email text, causation uuid, idempotency_key text, data text
) RETURNS bytea
LANGUAGE sql STABLE
AS $$
  SELECT sha256(convert_to(
    concat_ws(',',
      "position", version, id, kind, schema_version, (extract(epoch FROM "time") * 1000000)::bigint, causation,
      octet_length(stream), octet_length(type), octet_length(actor_id), octet_length(actor_name),
      octet_length(actor_email), coalesce(octet_length(idempotency_key), -1))
    || ';' || stream || type || actor_id || actor_name || actor_email || coalesce(idempotency_key, '') || data,
    'UTF8'))
$$;

ALTER TABLE epoch.events
  ADD COLUMN digest bytea;

UPDATE epoch.events
SET digest = epoch.record_digest(
  position, stream, version, id, kind, type, schema_version, time, actor_id, actor_name, actor_email, causation, idempotency_key, data);

ALTER TABLE epoch.events
  ALTER COLUMN digest SET NOT NULL;

COMMENT ON COLUMN epoch.events.digest IS 'See epoch.record_digest; checked on every read';

-- Who really asked, where that is not the actor: a key that acts for others, the role of a session.
ALTER TABLE epoch.events
  ADD COLUMN principal text;

-- As the function without a principal, which is what records have whose actor asked.
CREATE FUNCTION epoch.record_digest(
  "position" bigint, stream text, version bigint, id uuid, kind text, type text, schema_version integer,
  "time" timestamptz, actor_id text, actor_name text, actor_email text, principal text, causation uuid,
  idempotency_key text, data text
) RETURNS bytea
LANGUAGE sql STABLE
AS $$
  SELECT sha256(convert_to(
    concat_ws(',',
      "position", version, id, kind, schema_version, (extract(epoch FROM "time") * 1000000)::bigint, causation,
      octet_length(stream), octet_length(type), octet_length(actor_id), octet_length(actor_name),
      octet_length(actor_email), coalesce(octet_length(idempotency_key), -1), octet_length(principal))
    || ';' || stream || type || actor_id || actor_name || actor_email || coalesce(idempotency_key, '')
    || coalesce(principal, '') || data,
    'UTF8'))
$$;

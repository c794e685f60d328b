-- Who may append to a stream. A change of any owner counts here, under the lock that appends take: an append that
-- assumes owners as of a number stores nothing if there is another by then.
ALTER TABLE epoch.log_head
  ADD COLUMN owner_changes bigint NOT NULL DEFAULT 0;

CREATE TABLE epoch.stream_owners (
  stream text COLLATE "C" PRIMARY KEY,
  fence bigint NOT NULL CHECK (fence > 0),
  server uuid
);

COMMENT ON TABLE epoch.stream_owners IS 'Streams that were owned ever, and who owns them';
COMMENT ON COLUMN epoch.stream_owners.fence IS 'Grows with each change of the owner; appends with another one are refused';
COMMENT ON COLUMN epoch.stream_owners.server IS 'Null: it was given up';

-- Written once a second by each server, and worth nothing after a restart of the database: every server joins again.
CREATE UNLOGGED TABLE epoch.servers (
  id uuid PRIMARY KEY,
  address text NOT NULL,
  session_key bigint NOT NULL,
  lease_until timestamptz NOT NULL
);

COMMENT ON TABLE epoch.servers IS 'Processes that share the log';
COMMENT ON COLUMN epoch.servers.session_key IS 'Advisory lock that a session of the process holds: free when the process is gone';

CREATE FUNCTION epoch.server_is_gone(given uuid) RETURNS boolean
LANGUAGE sql VOLATILE
AS $$
  SELECT given IS NULL OR NOT EXISTS (
    SELECT FROM epoch.servers
    WHERE id = given AND lease_until > clock_timestamp() AND NOT pg_try_advisory_xact_lock_shared(session_key))
$$;

-- Each statement of it sees what was committed before it: owners are looked at again when the head is locked.
CREATE FUNCTION epoch.acquire_streams(self uuid, wanted text[])
RETURNS TABLE (stream text, fence bigint, server uuid, address text)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
  IF EXISTS (
    SELECT FROM unnest(wanted) AS named (name)
    LEFT JOIN epoch.stream_owners ON stream_owners.stream = named.name
    WHERE epoch.server_is_gone(stream_owners.server))
  THEN
    PERFORM FROM epoch.log_head FOR UPDATE;
    INSERT INTO epoch.stream_owners AS owned (stream, fence, server)
    SELECT DISTINCT named.name, 1, self
    FROM unnest(wanted) AS named (name)
    ON CONFLICT (stream) DO UPDATE
    SET fence = owned.fence + 1, server = excluded.server
    WHERE epoch.server_is_gone(owned.server);
    UPDATE epoch.log_head
    SET owner_changes = owner_changes + 1;
  END IF;
  RETURN QUERY
  SELECT stream_owners.stream, stream_owners.fence, stream_owners.server, servers.address
  FROM epoch.stream_owners
  JOIN epoch.servers ON servers.id = stream_owners.server
  WHERE stream_owners.stream = ANY (wanted);
END
$$;

CREATE FUNCTION epoch.release_streams(self uuid, wanted text[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM FROM epoch.log_head FOR UPDATE;
  UPDATE epoch.stream_owners
  SET fence = fence + 1, server = NULL
  WHERE server = self AND (wanted IS NULL OR stream = ANY (wanted));
  UPDATE epoch.log_head
  SET owner_changes = owner_changes + 1;
END
$$;

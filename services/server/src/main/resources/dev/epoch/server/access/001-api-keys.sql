-- Keys of the API: administrative data of the server, not of a repository, so not in the log.
-- A key that was revoked stays, so that nobody can have it accepted again.
CREATE TABLE epoch.api_keys (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  -- SHA-256 of the key, which has 256 random bits: there is nothing to guess, so no salt and no slow hash
  digest bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  revoked_at timestamptz,
  revoked_by text
);

CREATE UNIQUE INDEX api_keys_accepted ON epoch.api_keys (name) WHERE revoked_at IS NULL;

CREATE TABLE epoch.snapshots (
  stream text COLLATE "C" NOT NULL,
  format integer NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  compression smallint NOT NULL CHECK (compression IN (0, 1)),
  state bytea NOT NULL,
  PRIMARY KEY (stream, format)
);

ALTER TABLE epoch.snapshots
  ALTER COLUMN state SET STORAGE EXTERNAL;

COMMENT ON TABLE epoch.snapshots IS 'States of streams, a cache: may be emptied at any time';
COMMENT ON COLUMN epoch.snapshots.digest IS 'SHA-256 of the state before compression';
COMMENT ON COLUMN epoch.snapshots.compression IS '0: stored as it is, 1: deflate (RFC 1951)';

CREATE TABLE epoch.snapshot_parts (
  stream text COLLATE "C" NOT NULL,
  format integer NOT NULL,
  origin bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  number integer NOT NULL CHECK (number >= 0),
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  compression smallint NOT NULL CHECK (compression IN (0, 1)),
  content bytea NOT NULL,
  PRIMARY KEY (stream, format, origin, kind, number)
);

ALTER TABLE epoch.snapshot_parts
  ALTER COLUMN content SET STORAGE EXTERNAL;

COMMENT ON TABLE epoch.snapshot_parts IS 'Parts of states of streams that never change, a cache: may be emptied at any time';
COMMENT ON COLUMN epoch.snapshot_parts.origin IS 'Version of the stream at which what the parts are about began';
COMMENT ON COLUMN epoch.snapshot_parts.digest IS 'SHA-256 of the content before compression';
COMMENT ON COLUMN epoch.snapshot_parts.compression IS '0: stored as it is, 1: deflate (RFC 1951)';

CREATE TABLE epoch.chunks (
  digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
  compression smallint NOT NULL CHECK (compression IN (0, 1)),
  content bytea NOT NULL
);

ALTER TABLE epoch.chunks
  ALTER COLUMN content SET STORAGE EXTERNAL;

COMMENT ON TABLE epoch.chunks IS 'Payloads too large for a record, named by the SHA-256 of their content before compression';
COMMENT ON COLUMN epoch.chunks.compression IS '0: stored as it is, 1: deflate (RFC 1951)';

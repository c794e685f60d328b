-- Keys that were made before could do everything, and go on doing so: they are administrators' keys.
ALTER TABLE epoch.api_keys
  ADD COLUMN administrator boolean NOT NULL DEFAULT true,
  -- how the key begins, so that one that turns up somewhere is recognised; null for keys made before
  ADD COLUMN prefix text,
  -- verbs that the key is for; null for all
  ADD COLUMN scopes text[],
  ADD COLUMN expires_at timestamptz,
  ADD COLUMN last_used_at timestamptz,
  ADD COLUMN rotated_at timestamptz,
  ADD COLUMN rotated_by text;

ALTER TABLE epoch.api_keys
  ALTER COLUMN administrator SET DEFAULT false;

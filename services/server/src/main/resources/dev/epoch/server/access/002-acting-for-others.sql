-- Whether requests with the key may say in headers who asks; else it is whom the key was made for.
ALTER TABLE epoch.api_keys ADD COLUMN acts_for_others boolean NOT NULL DEFAULT false;

CREATE TABLE epoch.first (id integer);

INSERT INTO epoch.first
VALUES (1);

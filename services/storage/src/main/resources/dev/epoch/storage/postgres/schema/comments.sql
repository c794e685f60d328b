-- Comments on what users made (PostgreSQL numbers its own objects below).
SELECT
  d.classoid::bigint AS catalog,
  d.objoid::bigint AS id,
  d.objsubid AS number,
  d.description AS comment
FROM pg_catalog.pg_description d
WHERE d.objoid >= 16384

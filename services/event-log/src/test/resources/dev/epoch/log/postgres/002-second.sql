CREATE TABLE epoch.second AS
SELECT *
FROM epoch.first;

-- case: another expression for a stored column
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, size bigint, kilobytes bigint GENERATED ALWAYS AS (size / 1000) STORED);
-- judge
-- finds: breaks-prepared-statements, computed-column-rewrites
ALTER TABLE email ALTER COLUMN kilobytes SET EXPRESSION AS (size / 1024);

-- case: on a new table
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, size bigint, kilobytes bigint GENERATED ALWAYS AS (size / 1000) STORED);
ALTER TABLE email ALTER COLUMN kilobytes SET EXPRESSION AS (size / 1024);

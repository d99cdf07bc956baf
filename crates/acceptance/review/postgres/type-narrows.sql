-- case: a smaller number
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements, type-change-rewrites, type-narrows
ALTER TABLE email ALTER COLUMN size TYPE smallint;

-- case: a larger number
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, size smallint);
-- judge
-- finds: breaks-prepared-statements, type-change-rewrites
ALTER TABLE email ALTER COLUMN size TYPE bigint;

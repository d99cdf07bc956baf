-- case: integer to bigint
-- setup
CREATE TABLE email (id integer PRIMARY KEY);
-- judge
-- finds: type-change-rewrites, breaks-prepared-statements
ALTER TABLE email ALTER COLUMN id TYPE bigint;

-- case: a longer limit
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50));
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE email ALTER COLUMN subject TYPE varchar(100);

-- case: of a table that is not there, if it is
-- setup
CREATE TABLE email (id integer PRIMARY KEY);
-- judge
ALTER TABLE IF EXISTS letter ALTER COLUMN id TYPE bigint;
DROP TABLE IF EXISTS letter;

-- case: with all that is in it
-- setup
CREATE SCHEMA archive;
CREATE TABLE archive.email (id bigint PRIMARY KEY);
-- judge
-- finds: drop-schema
DROP SCHEMA archive CASCADE;

-- case: an empty one
-- setup
CREATE SCHEMA archive;
-- judge
-- finds: drop-schema
DROP SCHEMA archive;

-- case: a new one
-- judge
CREATE SCHEMA archive;
DROP SCHEMA archive;

-- case: one that is not there, if it is
-- judge
DROP SCHEMA IF EXISTS archive CASCADE;

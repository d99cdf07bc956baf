-- case: a view
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE VIEW inbox AS SELECT id FROM email;
-- judge
-- finds: drop-breaks-code
DROP VIEW inbox;

-- case: a view that comes back
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE VIEW inbox AS SELECT id FROM email;
-- judge
DROP VIEW inbox;
CREATE VIEW inbox AS SELECT id, subject FROM email;

-- case: what is not there, if it is
-- setup
CREATE TABLE email (id bigserial PRIMARY KEY, subject text, size bigint);
CREATE FUNCTION twice(integer) RETURNS integer LANGUAGE sql AS 'SELECT 2 * $1';
-- judge
DROP VIEW IF EXISTS inbox;
DROP TYPE IF EXISTS mood;
DROP FUNCTION IF EXISTS thrice(integer);
DROP SEQUENCE IF EXISTS numbers;
DROP TRIGGER IF EXISTS stamped ON email;
-- finds: drop-breaks-code
DROP FUNCTION IF EXISTS twice(integer);

-- case: nothing said
-- set: lock_timeout = 0
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements, no-lock-timeout
ALTER TABLE email ADD COLUMN state text;
ALTER TABLE email ALTER COLUMN state SET DEFAULT 'new';
-- fixed
SET LOCAL lock_timeout = '50ms';
ALTER TABLE email ADD COLUMN state text;
ALTER TABLE email ALTER COLUMN state SET DEFAULT 'new';

-- case: said in the script
-- set: lock_timeout = 0
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
SET lock_timeout = '50ms';
-- finds: breaks-prepared-statements
ALTER TABLE email ADD COLUMN state text;

-- case: a new table
-- set: lock_timeout = 0
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);

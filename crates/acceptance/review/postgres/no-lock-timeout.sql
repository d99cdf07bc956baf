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

-- case: nobody can meet the index that goes
-- set: lock_timeout = 0
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE INDEX ix_email_subject ON email (subject);
-- judge
-- transaction: none
DROP INDEX CONCURRENTLY ix_email_subject;

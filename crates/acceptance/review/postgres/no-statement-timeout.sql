-- case: nothing said
-- set: statement_timeout = 0
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: index-blocks-writes, no-statement-timeout
CREATE INDEX ix_email_subject ON email (subject);

-- case: a statement that takes a moment
-- set: statement_timeout = 0
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE email ADD COLUMN state text;

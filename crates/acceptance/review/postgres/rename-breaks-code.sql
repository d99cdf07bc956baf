-- case: a view
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE VIEW inbox AS SELECT id FROM email;
-- judge
-- finds: rename-breaks-code
ALTER VIEW inbox RENAME TO received;

-- case: a schema
-- setup
CREATE SCHEMA archive;
-- judge
-- finds: rename-breaks-code
ALTER SCHEMA archive RENAME TO attic;

-- case: an index, which no code names
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE INDEX ix_email_subject ON email (subject);
-- judge
ALTER INDEX ix_email_subject RENAME TO email_by_subject;

-- case: on a table that was there before
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE INDEX ix_email_subject ON email (subject);
-- judge
-- finds: drop-index-blocks
DROP INDEX ix_email_subject;
-- fixed
-- transaction: none
DROP INDEX CONCURRENTLY ix_email_subject;

-- case: concurrently
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE INDEX ix_email_subject ON email (subject);
-- judge
-- transaction: none
DROP INDEX CONCURRENTLY ix_email_subject;

-- case: of a new table
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE INDEX ix_email_subject ON email (subject);
DROP INDEX ix_email_subject;

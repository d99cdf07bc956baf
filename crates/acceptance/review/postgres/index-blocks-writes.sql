-- case: on a table that was there before
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
-- judge
-- finds: index-blocks-writes
CREATE INDEX ix_email_subject ON email (subject);
-- fixed
-- transaction: none
CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);

-- case: on a table of the same file
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
CREATE INDEX ix_email_subject ON email (subject);

-- case: built concurrently
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
-- judge
-- transaction: none
CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);

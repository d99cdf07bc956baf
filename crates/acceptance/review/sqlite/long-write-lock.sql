-- case: what takes as long as the table is large
-- version: 3.54.1
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text, size integer);
-- judge
-- finds: long-write-lock
CREATE INDEX ix_email_subject ON email (subject);
-- finds: drop-column, long-write-lock
ALTER TABLE email DROP COLUMN size;
-- finds: long-write-lock
UPDATE email SET subject = '' WHERE subject IS NULL;
-- finds: long-write-lock
REINDEX email;

-- case: a small table
-- version: 3.54.1
-- facts: email rows=100 bytes=8192
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
-- finds: long-write-lock
CREATE INDEX ix_email_subject ON email (subject);

-- case: in batches
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
-- backfill
UPDATE email SET subject = '' WHERE subject IS NULL;

-- case: what touches no row, or few
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
ALTER TABLE email ADD COLUMN archived_at text;
INSERT INTO email (id) VALUES (1), (2);
-- finds: drop-table
DROP TABLE email;

-- case: a table of the same file
-- judge
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE INDEX ix_email_subject ON email (subject);

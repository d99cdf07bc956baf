-- case: whatever names the column
-- version: 3.54.1
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text, body text UNIQUE, size integer, folder text, sender text);
CREATE INDEX ix_email_subject ON email (subject);
CREATE VIEW inbox AS SELECT folder FROM email;
CREATE TRIGGER noted AFTER UPDATE OF sender ON email BEGIN SELECT NEW.sender; END;
-- judge
-- finds: drop-column, long-write-lock
ALTER TABLE email DROP COLUMN size;
-- finds: alter-refused, drop-column, long-write-lock
ALTER TABLE email DROP COLUMN id;
-- finds: alter-refused, drop-column, long-write-lock
ALTER TABLE email DROP COLUMN subject;
-- finds: alter-refused, drop-column, long-write-lock
ALTER TABLE email DROP COLUMN body;
-- finds: alter-refused, drop-column, long-write-lock
ALTER TABLE email DROP COLUMN folder;
-- finds: alter-refused, drop-column, long-write-lock
ALTER TABLE email DROP COLUMN sender;

-- case: a view that is broken stops every rename
-- setup
CREATE TABLE email (id integer PRIMARY KEY);
CREATE TABLE person (id integer PRIMARY KEY);
CREATE VIEW inbox AS SELECT folder FROM email;
-- judge
-- finds: alter-refused, rename-table-breaks-queries
ALTER TABLE person RENAME TO contact;

-- case: the index goes first
-- version: 3.54.1
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE INDEX ix_email_subject ON email (subject);
-- judge
DROP INDEX ix_email_subject;
-- finds: drop-column, long-write-lock
ALTER TABLE email DROP COLUMN subject;

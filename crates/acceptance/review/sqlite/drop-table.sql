-- case: a table that was there before
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
-- finds: drop-table
DROP TABLE email;

-- case: one of the same file, and one that is not there
-- judge
CREATE TABLE email (id integer PRIMARY KEY);
DROP TABLE email;
DROP TABLE IF EXISTS other;

-- case: the old table of a rebuild, which is in the new one
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL DEFAULT '');
-- finds: long-write-lock
INSERT INTO email_new SELECT id, ifnull(subject, '') FROM email;
DROP TABLE email;
ALTER TABLE email_new RENAME TO email;

-- case: a table that is there already
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
-- finds: statement-fails
CREATE TABLE email (id integer PRIMARY KEY);

-- case: a table that is not
-- judge
-- finds: statement-fails
DROP TABLE other;

-- case: an index that is not
-- judge
-- finds: statement-fails
DROP INDEX ix_other;

-- case: an index of a view
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE VIEW inbox AS SELECT subject FROM email;
-- judge
-- finds: long-write-lock, statement-fails
CREATE INDEX ix_inbox ON inbox (subject);

-- case: as it should be
-- judge
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE INDEX ix_email_subject ON email (subject);
DROP INDEX ix_email_subject;

-- case: what may be NULL goes where nothing may
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);
-- finds: long-write-lock, statement-fails
INSERT INTO email_new (id, subject) SELECT id, subject FROM email;
DROP TABLE email;
ALTER TABLE email_new RENAME TO email;

-- case: it is given a value on the way
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);
-- finds: long-write-lock
INSERT INTO email_new (id, subject) SELECT id, coalesce(subject, '') FROM email;
DROP TABLE email;
ALTER TABLE email_new RENAME TO email;

-- case: NOT NULL where the column stays in its table
-- version: 3.53
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
-- finds: long-write-lock, statement-fails
ALTER TABLE email ALTER COLUMN subject SET NOT NULL;

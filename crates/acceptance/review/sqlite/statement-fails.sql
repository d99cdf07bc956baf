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

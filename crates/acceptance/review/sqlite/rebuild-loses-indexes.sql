-- case: an index and a trigger that nobody makes again
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE TABLE log (id integer PRIMARY KEY, email_id integer);
CREATE INDEX ix_email_subject ON email (subject);
CREATE TRIGGER logged AFTER INSERT ON email BEGIN INSERT INTO log (email_id) VALUES (NEW.id); END;
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);
-- finds: long-write-lock, statement-fails
INSERT INTO email_new SELECT id, subject FROM email;
-- finds: rebuild-loses-indexes
DROP TABLE email;
ALTER TABLE email_new RENAME TO email;
CREATE INDEX ix_email_subject ON email (subject);

-- case: both are made again, the index under another name
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE TABLE log (id integer PRIMARY KEY, email_id integer);
CREATE INDEX ix_email_subject ON email (subject);
CREATE TRIGGER logged AFTER INSERT ON email BEGIN INSERT INTO log (email_id) VALUES (NEW.id); END;
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);
-- finds: long-write-lock, statement-fails
INSERT INTO email_new SELECT id, subject FROM email;
DROP TABLE email;
ALTER TABLE email_new RENAME TO email;
CREATE INDEX email_subject ON email (subject);
CREATE TRIGGER logged AFTER INSERT ON email BEGIN INSERT INTO log (email_id) VALUES (NEW.id); END;

-- case: a table that is dropped for good
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE INDEX ix_email_subject ON email (subject);
-- judge
-- finds: drop-table
DROP TABLE email;

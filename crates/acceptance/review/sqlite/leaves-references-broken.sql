-- case: a view and a trigger of another table
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE TABLE log (id integer PRIMARY KEY);
CREATE VIEW inbox AS SELECT subject FROM email;
CREATE TRIGGER logged AFTER INSERT ON log BEGIN DELETE FROM email; END;
-- judge
-- finds: drop-table, leaves-references-broken
DROP TABLE email;

-- case: a foreign key
-- set: foreign_keys = OFF
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE TABLE attachment (id integer PRIMARY KEY, email_id integer REFERENCES email (id));
-- judge
-- finds: drop-table, leaves-references-broken
DROP TABLE email;

-- case: a unique index that a foreign key needs
-- setup
CREATE TABLE email (id integer PRIMARY KEY, message_id text);
CREATE UNIQUE INDEX ux_email_message_id ON email (message_id);
CREATE TABLE attachment (id integer PRIMARY KEY, message_id text REFERENCES email (message_id));
-- judge
-- finds: leaves-references-broken
DROP INDEX ux_email_message_id;

-- case: the shadow of a full-text index, and the table it reads
-- version: 3.54.1
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE VIRTUAL TABLE email_fts USING fts5(subject, content='email', content_rowid='id');
CREATE TABLE email_fts_config (k PRIMARY KEY, v);
-- judge
-- finds: drop-table, leaves-references-broken
DROP TABLE email_fts_config;
-- finds: leaves-references-broken, rename-column-breaks-queries
ALTER TABLE email RENAME COLUMN subject TO title;
-- finds: leaves-references-broken, rename-table-breaks-queries
ALTER TABLE email RENAME TO message;

-- case: the view goes first
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE VIEW inbox AS SELECT subject FROM email;
-- judge
DROP VIEW inbox;
-- finds: drop-table
DROP TABLE email;

-- case: the table comes back
-- set: foreign_keys = OFF
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE TABLE attachment (id integer PRIMARY KEY, email_id integer REFERENCES email (id));
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);
-- finds: long-write-lock, statement-fails
INSERT INTO email_new SELECT id, subject FROM email;
DROP TABLE email;
ALTER TABLE email_new RENAME TO email;

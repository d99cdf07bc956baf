-- case: a foreign key follows the table that is renamed away
-- set: foreign_keys = OFF
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE TABLE attachment (id integer PRIMARY KEY, email_id integer REFERENCES email (id));
-- judge
ALTER TABLE email RENAME TO email_old;
CREATE TABLE email (id integer PRIMARY KEY, subject text NOT NULL);
-- finds: long-write-lock, statement-fails
INSERT INTO email SELECT id, subject FROM email_old;
-- finds: rebuild-in-wrong-order
DROP TABLE email_old;

-- case: with the old way of renaming nothing follows
-- set: foreign_keys = OFF
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE TABLE attachment (id integer PRIMARY KEY, email_id integer REFERENCES email (id));
-- judge
PRAGMA legacy_alter_table = ON;
ALTER TABLE email RENAME TO email_old;
CREATE TABLE email (id integer PRIMARY KEY, subject text NOT NULL);
-- finds: long-write-lock
INSERT INTO email SELECT id, subject FROM email_old;
-- finds: drop-table
DROP TABLE email_old;

-- case: the new table takes the name
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

-- case: a rebuild while nobody knows whether foreign keys are enforced
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE TABLE attachment (id integer PRIMARY KEY, email_id integer REFERENCES email (id) ON DELETE CASCADE);
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);
-- finds: long-write-lock, statement-fails
INSERT INTO email_new (id, subject) SELECT id, subject FROM email;
-- finds: drop-acts-on-children
DROP TABLE email;
ALTER TABLE email_new RENAME TO email;
-- fixed
-- transaction: none
PRAGMA foreign_keys = OFF;
CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);
INSERT INTO email_new (id, subject) SELECT id, subject FROM email;
DROP TABLE email;
ALTER TABLE email_new RENAME TO email;
-- transaction: none
PRAGMA foreign_keys = ON;

-- case: the script says BEGIN itself
-- set: foreign_keys = ON
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE TABLE attachment (id integer PRIMARY KEY, email_id integer REFERENCES email (id) ON DELETE SET NULL);
-- judge
-- transaction: none
BEGIN;
-- transaction: none
CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);
-- transaction: none
-- finds: long-write-lock, statement-fails
INSERT INTO email_new (id, subject) SELECT id, subject FROM email;
-- transaction: none
-- finds: drop-acts-on-children
DROP TABLE email;
-- transaction: none
ALTER TABLE email_new RENAME TO email;
-- transaction: none
COMMIT;
-- fixed
-- transaction: none
PRAGMA foreign_keys = OFF;
-- transaction: none
BEGIN;
-- transaction: none
CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);
-- transaction: none
INSERT INTO email_new (id, subject) SELECT id, subject FROM email;
-- transaction: none
DROP TABLE email;
-- transaction: none
ALTER TABLE email_new RENAME TO email;
-- transaction: none
COMMIT;
-- transaction: none
PRAGMA foreign_keys = ON;

-- case: the pragma stands inside the transaction
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE TABLE attachment (id integer PRIMARY KEY, email_id integer REFERENCES email (id) ON DELETE CASCADE);
-- judge
-- finds: pragma-ignored
PRAGMA foreign_keys = OFF;
CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);
-- finds: long-write-lock, statement-fails
INSERT INTO email_new (id, subject) SELECT id, subject FROM email;
-- finds: drop-acts-on-children
DROP TABLE email;
ALTER TABLE email_new RENAME TO email;

-- case: a child without an action stands in the way
-- set: foreign_keys = ON
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE TABLE attachment (id integer PRIMARY KEY, email_id integer REFERENCES email (id));
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);
-- finds: long-write-lock, statement-fails
INSERT INTO email_new (id, subject) SELECT id, subject FROM email;
-- finds: drop-acts-on-children
DROP TABLE email;
ALTER TABLE email_new RENAME TO email;

-- case: foreign keys are off
-- set: foreign_keys = OFF
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE TABLE attachment (id integer PRIMARY KEY, email_id integer REFERENCES email (id) ON DELETE CASCADE);
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);
-- finds: long-write-lock, statement-fails
INSERT INTO email_new (id, subject) SELECT id, subject FROM email;
DROP TABLE email;
ALTER TABLE email_new RENAME TO email;

-- case: nothing refers to it
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);
-- finds: long-write-lock, statement-fails
INSERT INTO email_new (id, subject) SELECT id, subject FROM email;
DROP TABLE email;
ALTER TABLE email_new RENAME TO email;

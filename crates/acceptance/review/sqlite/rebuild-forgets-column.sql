-- case: a column that is not selected
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text, body text);
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, subject text, body text);
-- finds: long-write-lock
INSERT INTO email_new (id, subject) SELECT id, subject FROM email;
-- finds: rebuild-forgets-column
DROP TABLE email;
ALTER TABLE email_new RENAME TO email;

-- case: rows that are left out
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);
-- finds: long-write-lock, statement-fails
INSERT INTO email_new SELECT * FROM email WHERE subject IS NOT NULL;
-- finds: rebuild-forgets-column
DROP TABLE email;
ALTER TABLE email_new RENAME TO email;

-- case: two columns made into one, and a generated one that is not copied
-- setup
CREATE TABLE person (id integer PRIMARY KEY, first text, last text, whole text GENERATED ALWAYS AS (first || last));
-- judge
CREATE TABLE person_new (id integer PRIMARY KEY, name text);
-- finds: long-write-lock
INSERT INTO person_new (id, name) SELECT id, first || ' ' || last FROM person;
DROP TABLE person;
ALTER TABLE person_new RENAME TO person;

-- case: rows that refer to those that go
-- setup
CREATE TABLE email (id integer PRIMARY KEY);
CREATE TABLE attachment (id integer PRIMARY KEY, email_id integer REFERENCES email (id) ON DELETE CASCADE);
-- judge
-- finds: deletes-elsewhere, long-write-lock
DELETE FROM email WHERE id = 1;
-- finds: deletes-elsewhere
INSERT OR REPLACE INTO email (id) VALUES (1);

-- case: foreign keys are off
-- set: foreign_keys = OFF
-- setup
CREATE TABLE email (id integer PRIMARY KEY);
CREATE TABLE attachment (id integer PRIMARY KEY, email_id integer REFERENCES email (id) ON DELETE CASCADE);
-- judge
-- finds: long-write-lock
DELETE FROM email WHERE id = 1;
INSERT OR REPLACE INTO email (id) VALUES (1);

-- case: a version that lacks it
-- version: 3.40.1
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE INDEX ix_email_subject ON email (subject);
-- judge
-- finds: alter-needs-newer-sqlite, long-write-lock, statement-fails
ALTER TABLE email ALTER COLUMN subject SET NOT NULL;
-- fixed
CREATE TABLE _whimbrel_new_email (
    id integer NOT NULL PRIMARY KEY,
    subject text NOT NULL
);
INSERT INTO _whimbrel_new_email (id, subject)
SELECT id, subject
FROM email;
DROP TABLE email;
ALTER TABLE _whimbrel_new_email RENAME TO email;
CREATE INDEX ix_email_subject ON email (subject);

-- case: nobody knows the version
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text NOT NULL, size integer);
-- judge
-- finds: alter-needs-newer-sqlite
ALTER TABLE email ALTER COLUMN subject DROP NOT NULL;
-- finds: alter-needs-newer-sqlite, long-write-lock, statement-fails
ALTER TABLE email ADD CONSTRAINT size_is_positive CHECK (size > 0);
-- finds: alter-needs-newer-sqlite
ALTER TABLE email DROP CONSTRAINT size_is_positive;
-- finds: alter-needs-newer-sqlite, rename-column-breaks-queries
ALTER TABLE email RENAME COLUMN size TO bytes;

-- case: the rows that refer to it would go with a rebuild, so it is not written out
-- version: 3.40.1
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
CREATE TABLE attachment (id integer PRIMARY KEY, email_id integer REFERENCES email (id) ON DELETE CASCADE);
-- judge
-- finds: alter-needs-newer-sqlite, long-write-lock, statement-fails
ALTER TABLE email ALTER COLUMN subject SET NOT NULL;
-- fixed
ALTER TABLE email ALTER COLUMN subject SET NOT NULL;

-- case: an old version drops a column, and foreign keys are off
-- version: 3.31.1
-- set: foreign_keys = OFF
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text, size integer);
CREATE TABLE attachment (id integer PRIMARY KEY, email_id integer REFERENCES email (id) ON DELETE CASCADE);
-- judge
-- finds: alter-needs-newer-sqlite, drop-column, long-write-lock
ALTER TABLE email DROP COLUMN size;
-- fixed
ALTER TABLE email DROP COLUMN size;

-- case: a version that has it
-- version: 3.54.1
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text NOT NULL);
-- judge
ALTER TABLE email ALTER COLUMN subject DROP NOT NULL;
-- finds: rename-column-breaks-queries
ALTER TABLE email RENAME COLUMN subject TO title;

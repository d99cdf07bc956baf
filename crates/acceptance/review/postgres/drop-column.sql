-- case: an old one
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: drop-column
ALTER TABLE email DROP COLUMN subject;

-- case: of a new table
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
ALTER TABLE email DROP COLUMN subject;

-- case: one that is not there, if it is
-- setup
CREATE TABLE email (id bigint PRIMARY KEY);
-- judge
ALTER TABLE email DROP COLUMN IF EXISTS subject;

-- case: of a table that is not there, if it is
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
-- judge
ALTER TABLE IF EXISTS letter DROP COLUMN subject;
ALTER TABLE IF EXISTS ONLY public.letter DROP COLUMN subject, ADD COLUMN size bigint NOT NULL;
-- finds: drop-column
ALTER TABLE IF EXISTS email DROP COLUMN subject;

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

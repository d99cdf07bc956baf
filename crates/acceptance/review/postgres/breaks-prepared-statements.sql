-- case: a new column
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE email ADD COLUMN archived_at timestamptz;

-- case: of a new table
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
ALTER TABLE email ADD COLUMN archived_at timestamptz;

-- case: told once for a table
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
-- judge
-- transaction: none
-- finds: breaks-prepared-statements
ALTER TABLE email ADD COLUMN plan text;
-- transaction: none
ALTER TABLE email ALTER COLUMN plan SET DEFAULT 'free';
-- transaction: none
ALTER TABLE email ADD COLUMN folder text;

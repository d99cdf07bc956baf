-- case: a required column
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text NOT NULL);
-- judge
-- finds: nullable-surprises-readers
ALTER TABLE email ALTER COLUMN subject DROP NOT NULL;

-- case: a column that may be NULL already
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
ALTER TABLE email ALTER COLUMN subject DROP NOT NULL;

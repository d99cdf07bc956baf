-- case: of a required column
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, state text NOT NULL DEFAULT 'new');
-- judge
-- finds: drop-default-breaks-inserts
ALTER TABLE email ALTER COLUMN state DROP DEFAULT;

-- case: of a column that may be NULL
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, state text DEFAULT 'new');
-- judge
ALTER TABLE email ALTER COLUMN state DROP DEFAULT;

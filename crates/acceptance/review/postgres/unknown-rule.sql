-- case: as it should not be
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, size bigint);
-- judge
-- finds: drop-column, unknown-rule
-- whimbrel: allow drop-columns, because nobody reads it
ALTER TABLE email DROP COLUMN size;

-- case: as it should be
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, size bigint);
-- judge
-- whimbrel: allow drop-column, because nobody reads it
ALTER TABLE email DROP COLUMN size;

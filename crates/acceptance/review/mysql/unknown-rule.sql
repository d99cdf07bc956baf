-- case: as it should not be
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, size int) DEFAULT CHARSET=utf8mb4;
-- judge
-- finds: drop-column, unknown-rule
-- whimbrel: allow drop-columns, because nobody reads it
ALTER TABLE email DROP COLUMN size;

-- case: as it should be
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, size int) DEFAULT CHARSET=utf8mb4;
-- judge
-- whimbrel: allow drop-column, because nobody reads it
ALTER TABLE email DROP COLUMN size;

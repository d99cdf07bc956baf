-- case: as it should not be
-- version: 3.46.0
-- setup
CREATE TABLE email (id INTEGER PRIMARY KEY, size INTEGER) STRICT;
-- judge
-- finds: long-write-lock, drop-column, allow-without-reason
-- whimbrel: allow drop-column
ALTER TABLE email DROP COLUMN size;

-- case: as it should be
-- version: 3.46.0
-- setup
CREATE TABLE email (id INTEGER PRIMARY KEY, size INTEGER) STRICT;
-- judge
-- finds: long-write-lock
-- whimbrel: allow drop-column, because nobody reads it
ALTER TABLE email DROP COLUMN size;

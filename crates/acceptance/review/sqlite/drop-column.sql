-- case: a column with values
-- version: 3.54.1
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text, size integer);
-- judge
-- finds: drop-column, long-write-lock
ALTER TABLE email DROP COLUMN size;

-- case: of a table of the same file
-- version: 3.54.1
-- judge
CREATE TABLE email (id integer PRIMARY KEY, size integer);
ALTER TABLE email DROP COLUMN size;

-- case: of an old table
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: rename-column-breaks-queries
ALTER TABLE email RENAME COLUMN subject TO title;

-- case: of a new table
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
ALTER TABLE email RENAME COLUMN subject TO title;

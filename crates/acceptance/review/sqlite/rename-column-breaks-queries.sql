-- case: a column gets another name
-- version: 3.54.1
-- setup
CREATE TABLE email (id integer PRIMARY KEY, subject text);
-- judge
-- finds: rename-column-breaks-queries
ALTER TABLE email RENAME COLUMN subject TO title;

-- case: of a table of the same file
-- version: 3.54.1
-- judge
CREATE TABLE email (id integer PRIMARY KEY, subject text);
ALTER TABLE email RENAME COLUMN subject TO title;

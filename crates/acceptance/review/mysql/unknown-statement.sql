-- case: a call of something that can do anything
-- judge
-- finds: unknown-statement
CALL tidy_up();

-- case: text that is no SQL
-- judge
-- finds: unknown-statement
ALTER TABLE email ADD COLUMN subject REFERENCES;

-- case: plain SQL
-- judge
CREATE TABLE email (id bigint PRIMARY KEY);

-- case: a table that a query fills, which is new in its file
-- version: 8.4
-- setup
CREATE TABLE email (id int PRIMARY KEY, subject varchar(50));
-- judge
-- finds: unknown-statement
CREATE TABLE copied AS SELECT id, subject FROM email;
ALTER TABLE copied ADD INDEX ix_copied (subject);
-- finds: unknown-statement
CREATE TABLE like_it LIKE email;
DROP TABLE like_it;

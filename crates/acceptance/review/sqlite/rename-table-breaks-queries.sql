-- case: a table gets another name
-- setup
CREATE TABLE email (id integer PRIMARY KEY);
-- judge
-- finds: rename-table-breaks-queries
ALTER TABLE email RENAME TO message;

-- case: a view of the old name stays
-- setup
CREATE TABLE email (id integer PRIMARY KEY);
-- judge
ALTER TABLE email RENAME TO message;
CREATE VIEW email AS SELECT * FROM message;

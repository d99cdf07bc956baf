-- case: with nothing of the old name
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: rename-table-breaks-queries
ALTER TABLE email RENAME TO message;

-- case: with a view of the old name
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
ALTER TABLE email RENAME TO message;
CREATE VIEW email AS SELECT id, subject, size FROM message;

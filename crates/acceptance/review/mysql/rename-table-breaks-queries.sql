-- case: an old one
-- version: 8.4
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50), size bigint);
-- judge
-- finds: rename-table-breaks-queries
RENAME TABLE email TO letter;

-- case: a new one
-- version: 8.4
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50), size bigint);
RENAME TABLE email TO letter;

-- case: a view of the old name comes a moment later
-- version: 8.4
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50), size bigint);
-- judge
-- finds: rename-table-breaks-queries
RENAME TABLE email TO letter;
CREATE VIEW email AS SELECT * FROM letter;

-- case: an old table
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: storage-change-rewrites, unlogged-loses-rows
ALTER TABLE email SET UNLOGGED;

-- case: a new table
-- judge
CREATE UNLOGGED TABLE email (id bigint PRIMARY KEY);

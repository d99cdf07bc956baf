-- case: a database
-- judge
-- transaction: none
-- finds: drop-database
DROP DATABASE shop;

-- case: a table of that name
-- setup
CREATE TABLE database (id bigint PRIMARY KEY);
-- judge
-- finds: drop-table
DROP TABLE database;

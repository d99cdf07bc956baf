-- case: a table that others refer to
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint REFERENCES account (id));
-- judge
-- finds: drop-table, statement-fails
DROP TABLE account;

-- case: a table that nobody refers to
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
-- judge
-- finds: drop-table
DROP TABLE account;

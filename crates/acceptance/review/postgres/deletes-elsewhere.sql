-- case: a table that others refer to
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint REFERENCES account (id));
-- judge
-- finds: deletes-elsewhere, truncate
TRUNCATE account CASCADE;

-- case: a table that nobody refers to
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: truncate
TRUNCATE email CASCADE;

-- case: a foreign key
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint REFERENCES account (id));
-- judge
-- finds: drop-locks-parent, drop-constraint
ALTER TABLE email DROP CONSTRAINT email_account_id_fkey;

-- case: a table with a foreign key
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint REFERENCES account (id));
-- judge
-- finds: drop-locks-parent, drop-table
DROP TABLE email;

-- case: a table without
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: drop-table
DROP TABLE email;

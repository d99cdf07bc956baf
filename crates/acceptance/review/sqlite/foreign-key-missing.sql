-- case: a column that looks like a reference
-- setup
CREATE TABLE account (id integer PRIMARY KEY);
CREATE TABLE email (id integer PRIMARY KEY);
-- judge
-- finds: foreign-key-missing
ALTER TABLE email ADD COLUMN account_id integer;

-- case: one that is, and one that means nothing known
-- setup
CREATE TABLE account (id integer PRIMARY KEY);
-- judge
CREATE TABLE email (id integer PRIMARY KEY, account_id integer REFERENCES account (id), thread_id integer);
CREATE INDEX ix_email_account_id ON email (account_id);

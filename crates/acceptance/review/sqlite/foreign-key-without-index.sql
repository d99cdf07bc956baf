-- case: a key without an index
-- setup
CREATE TABLE account (id integer PRIMARY KEY);
-- judge
-- finds: foreign-key-without-index
CREATE TABLE email (id integer PRIMARY KEY, account_id integer REFERENCES account (id));

-- case: the index follows
-- setup
CREATE TABLE account (id integer PRIMARY KEY);
-- judge
CREATE TABLE email (id integer PRIMARY KEY, account_id integer REFERENCES account (id));
CREATE INDEX ix_email_account_id ON email (account_id);

-- case: a name that means a table
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
-- judge
-- finds: foreign-key-missing
CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint);

-- case: a plural
-- setup
CREATE TABLE accounts (id bigint PRIMARY KEY);
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements, foreign-key-missing
ALTER TABLE email ADD COLUMN accounts_id bigint;

-- case: the key comes later in the file
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint);
ALTER TABLE email ADD FOREIGN KEY (account_id) REFERENCES account (id);
CREATE INDEX ix_email_account_id ON email (account_id);

-- case: a name that means no table
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, message_id text);

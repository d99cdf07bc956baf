-- case: no index
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
-- judge
-- finds: foreign-key-without-index
CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint REFERENCES account (id));

-- case: an index later in the file
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint REFERENCES account (id));
CREATE INDEX ix_email_account_id ON email (account_id, id);

-- case: an index that begins with another column
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
-- judge
-- finds: foreign-key-without-index
CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint REFERENCES account (id));
CREATE INDEX ix_email_account_id ON email (id, account_id);

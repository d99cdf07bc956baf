-- case: between two old tables
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint);
CREATE INDEX ix_email_account_id ON email (account_id);
-- judge
-- finds: foreign-key-blocks-writes
ALTER TABLE email ADD FOREIGN KEY (account_id) REFERENCES account (id);
-- fixed
ALTER TABLE email ADD CONSTRAINT email_account_id_fkey FOREIGN KEY (account_id) REFERENCES account (id) NOT VALID;
-- later: validate `email_account_id_fkey`
ALTER TABLE email VALIDATE CONSTRAINT email_account_id_fkey;

-- case: not valid
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint);
CREATE INDEX ix_email_account_id ON email (account_id);
-- judge
ALTER TABLE email ADD FOREIGN KEY (account_id) REFERENCES account (id) NOT VALID;

-- case: from a new table
-- setup
CREATE TABLE account (id bigint PRIMARY KEY);
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint REFERENCES account (id));
CREATE INDEX ix_email_account_id ON email (account_id);

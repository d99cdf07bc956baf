-- case: a block that can do anything
-- judge
-- finds: unknown-statement
DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'email'; END $$;

-- case: text that is no SQL
-- judge
-- finds: unknown-statement
ALTER TABLE email ADD COLUM subject text;

-- case: plain SQL
-- judge
CREATE TABLE email (id bigint PRIMARY KEY);

-- case: a table whose columns follow from a query
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
-- judge
-- finds: unknown-statement
CREATE TABLE email_copy AS SELECT id, subject FROM email;

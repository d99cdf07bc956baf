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

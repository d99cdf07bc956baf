-- case: a call of something that can do anything
-- judge
-- finds: unknown-statement
CALL tidy_up();

-- case: text that is no SQL
-- judge
-- finds: unknown-statement
ALTER TABLE email ADD COLUMN subject REFERENCES;

-- case: plain SQL
-- judge
CREATE TABLE email (id bigint PRIMARY KEY);

-- case: outside a transaction
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- transaction: none
-- finds: breaks-prepared-statements, cannot-run-again
ALTER TABLE email ADD COLUMN state text;

-- case: in one
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: breaks-prepared-statements
ALTER TABLE email ADD COLUMN state text;

-- case: in the tool's own
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: nested-transaction
BEGIN;
-- finds: breaks-prepared-statements
ALTER TABLE email ADD COLUMN state text;
-- finds: nested-transaction
COMMIT;

-- case: where the tool opens none
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- transaction: none
BEGIN;
-- transaction: none
-- finds: breaks-prepared-statements
ALTER TABLE email ADD COLUMN state text;
-- transaction: none
COMMIT;

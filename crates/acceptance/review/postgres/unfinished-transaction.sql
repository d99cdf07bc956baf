-- case: never committed
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- transaction: none
BEGIN;
-- transaction: none
-- finds: breaks-prepared-statements, unfinished-transaction
ALTER TABLE email ADD COLUMN state text;
-- fixed
-- transaction: none
BEGIN;
-- transaction: none
ALTER TABLE email ADD COLUMN state text;
-- transaction: none
COMMIT;

-- case: committed
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

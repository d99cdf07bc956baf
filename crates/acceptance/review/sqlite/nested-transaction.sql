-- case: in the transaction of the tool
-- judge
-- finds: nested-transaction
BEGIN;
CREATE TABLE email (id integer PRIMARY KEY);
-- finds: nested-transaction
COMMIT;

-- case: a transaction of its own
-- judge
-- transaction: none
BEGIN;
-- transaction: none
CREATE TABLE email (id integer PRIMARY KEY);
-- transaction: none
COMMIT;

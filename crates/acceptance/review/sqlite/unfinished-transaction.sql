-- case: nobody commits
-- judge
-- transaction: none
BEGIN;
-- transaction: none
-- finds: unfinished-transaction
CREATE TABLE email (id integer PRIMARY KEY);
-- fixed
-- transaction: none
BEGIN;
-- transaction: none
CREATE TABLE email (id integer PRIMARY KEY);
-- transaction: none
COMMIT;

-- case: committed
-- judge
-- transaction: none
BEGIN;
-- transaction: none
CREATE TABLE email (id integer PRIMARY KEY);
-- transaction: none
COMMIT;

-- case: in the transaction of whoever runs the file
-- judge
-- finds: pragma-ignored
PRAGMA foreign_keys = OFF;
CREATE TABLE email (id integer PRIMARY KEY);
-- fixed
-- transaction: none
PRAGMA foreign_keys = OFF;
CREATE TABLE email (id integer PRIMARY KEY);

-- case: after the script's own BEGIN
-- judge
-- transaction: none
BEGIN;
-- transaction: none
-- finds: pragma-ignored
PRAGMA foreign_keys = OFF;
-- transaction: none
COMMIT;

-- case: before the transaction
-- judge
-- transaction: none
PRAGMA foreign_keys = OFF;
CREATE TABLE email (id integer PRIMARY KEY);

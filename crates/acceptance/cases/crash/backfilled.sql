-- Rows changed in batches, each with its checkpoint; what ran is never run twice.
-- engines: sqlite, postgres

-- start
CREATE TABLE account (id integer PRIMARY KEY, balance integer NOT NULL, flag integer);
INSERT INTO account (id, balance) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT i, i % 100 FROM n;

-- upgrade
-- backfill
UPDATE account SET flag = balance % 7 WHERE flag IS NULL;
CREATE TABLE done_once (id integer PRIMARY KEY);
-- backfill
UPDATE account SET balance = balance + 1;
CREATE INDEX ix_account_flag ON account (flag);

-- downgrade
DROP INDEX ix_account_flag;
-- backfill
UPDATE account SET balance = balance - 1;
DROP TABLE done_once;
UPDATE account SET flag = NULL;

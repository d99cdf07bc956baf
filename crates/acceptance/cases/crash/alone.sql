-- Rows changed by statements that ask for no transaction: each must take effect once.
-- engines: sqlite, postgres

-- start
CREATE TABLE account (id integer PRIMARY KEY, balance integer NOT NULL);
INSERT INTO account (id, balance) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, i % 100 FROM n;

-- upgrade
-- transaction: none
UPDATE account SET balance = balance + 1;
-- transaction: none
INSERT INTO account (id, balance) SELECT id + 100000, balance FROM account WHERE id <= 5000;
-- transaction: none
DELETE FROM account WHERE id % 10 = 3;

-- downgrade
-- transaction: none
UPDATE account SET balance = balance - 1;
-- transaction: none
DELETE FROM account WHERE id > 100000;

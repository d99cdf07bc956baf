-- Columns that become required or come so, in many rows, in two tables of one chain.
-- engines: sqlite, postgres

-- from
CREATE TABLE account (id integer PRIMARY KEY, balance integer, code text NOT NULL);
CREATE TABLE entry (id integer PRIMARY KEY, account_id integer REFERENCES account (id) ON DELETE CASCADE, amount integer);
CREATE INDEX ix_entry_account ON entry (account_id);

-- rows
INSERT INTO account (id, balance, code) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE i END, 'c' || i FROM n;
INSERT INTO entry (id, account_id, amount) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) SELECT i, i, i % 50 FROM n WHERE i <= 6000;

-- to
CREATE TABLE account (id integer PRIMARY KEY, balance integer NOT NULL, code text NOT NULL, label text NOT NULL);
CREATE TABLE entry (
    id integer PRIMARY KEY, account_id integer REFERENCES account (id) ON DELETE CASCADE, amount integer,
    kind text NOT NULL, CONSTRAINT ck_amount CHECK (amount < 1000)
);
CREATE INDEX ix_entry_account ON entry (account_id);

-- choices
backfill account.balance = 0
backfill account.label = 'label ' || code
backfill entry.kind = 'old'
phases expand backfill contract

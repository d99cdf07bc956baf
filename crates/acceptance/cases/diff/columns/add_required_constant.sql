-- A required column gets one value for all rows, which old code's rows get too until the contract.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer);

-- rows
INSERT INTO t VALUES (1, 10), (2, NULL);

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, state text NOT NULL);

-- choices
backfill t.state = 'new'
phases expand contract

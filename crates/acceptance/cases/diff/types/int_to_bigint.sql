-- A whole number grows.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v integer);

-- rows
INSERT INTO t VALUES (1, 1);

-- to
CREATE TABLE t (id integer PRIMARY KEY, v bigint);

-- choices
phases expand backfill contract

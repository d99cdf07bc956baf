-- A whole number shrinks: some values may not fit.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v bigint);

-- rows
INSERT INTO t VALUES (1, 1);

-- to
CREATE TABLE t (id integer PRIMARY KEY, v integer);

-- choices
allow-questions

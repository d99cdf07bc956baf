-- A moment is kept less exactly.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v timestamp(6));

-- rows
INSERT INTO t VALUES (1, '2026-01-01 00:00:00');

-- to
CREATE TABLE t (id integer PRIMARY KEY, v timestamp(3));

-- choices
allow-questions

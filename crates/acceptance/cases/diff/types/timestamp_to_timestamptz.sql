-- A moment gets its zone.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v timestamp);

-- rows
INSERT INTO t VALUES (1, '2026-01-01 00:00:00');

-- to
CREATE TABLE t (id integer PRIMARY KEY, v timestamptz);

-- choices
allow-questions

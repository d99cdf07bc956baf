-- An array of numbers grows.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v integer[]);

-- rows
INSERT INTO t VALUES (1, '{1,2}');

-- to
CREATE TABLE t (id integer PRIMARY KEY, v bigint[]);

-- choices
allow-questions

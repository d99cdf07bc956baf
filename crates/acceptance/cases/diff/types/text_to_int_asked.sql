-- A text becomes a number, and it is asked whether all of them are.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v text);

-- rows
INSERT INTO t VALUES (1, '12');

-- to
CREATE TABLE t (id integer PRIMARY KEY, v integer);

-- choices
allow-questions

-- Two columns change their types with each other.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, a integer, b text);

-- rows
INSERT INTO t VALUES (1, 2, '3');

-- to
CREATE TABLE t (id integer PRIMARY KEY, a text, b integer);

-- choices
allow-questions

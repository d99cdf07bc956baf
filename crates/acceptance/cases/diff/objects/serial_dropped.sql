-- A column is no serial any more, and its sequence goes.
-- engines: postgres

-- from
CREATE TABLE t (id serial PRIMARY KEY, n integer);

-- rows
INSERT INTO t (n) VALUES (1), (2);

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer);

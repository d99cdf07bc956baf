-- A table becomes unlogged.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE UNLOGGED TABLE t (id integer PRIMARY KEY, n integer, email text);

-- A number becomes a serial one and counts on from the greatest.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer);

-- rows
INSERT INTO t VALUES (1, 1), (7, 2);

-- to
CREATE TABLE t (id serial PRIMARY KEY, n integer);

-- A virtual generated column computes something else.
-- engines: sqlite

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, twice integer AS (n * 2));

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, twice integer AS (n * 3));

-- A stored generated column computes something else.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, twice integer GENERATED ALWAYS AS (n * 2) STORED);
CREATE INDEX ix_twice ON t (twice);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, twice integer GENERATED ALWAYS AS (n * 3) STORED);
CREATE INDEX ix_twice ON t (twice);

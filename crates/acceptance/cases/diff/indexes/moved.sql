-- An index of the same name goes from one table to another.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE TABLE u (n integer);
CREATE INDEX ix ON t (n);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE TABLE u (n integer);
CREATE INDEX ix ON u (n);

-- A column comes and a view reads it.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE VIEW w AS SELECT id FROM t;

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, extra integer);
CREATE VIEW w AS SELECT id, extra FROM t;

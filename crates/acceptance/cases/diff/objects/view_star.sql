-- A view of all columns is made anew around a drop.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE VIEW w AS SELECT * FROM t;

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, email text);
CREATE VIEW w AS SELECT * FROM t;

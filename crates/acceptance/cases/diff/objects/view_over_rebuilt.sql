-- A view stays though its table is made anew.
-- engines: sqlite

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE VIEW w AS SELECT id, n FROM t;

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL, email text);
CREATE VIEW w AS SELECT id, n FROM t;

-- choices
allow-doubts

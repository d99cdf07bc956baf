-- A column may be NULL from now on.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL, email text);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- choices
phases plain

-- A column becomes required; NULLs get what was chosen.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');
INSERT INTO t VALUES (3, NULL, 'c');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL, email text);

-- choices
backfill t.n = 0
phases expand backfill contract

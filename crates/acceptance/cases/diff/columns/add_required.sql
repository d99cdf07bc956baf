-- A required column is added, and rows that exist get what was chosen.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, score integer NOT NULL);

-- choices
backfill t.score = n * 2
phases expand backfill contract

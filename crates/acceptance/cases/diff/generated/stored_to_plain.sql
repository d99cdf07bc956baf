-- A generated column becomes an ordinary one and keeps its values.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, twice integer GENERATED ALWAYS AS (n * 2) STORED);

-- rows
INSERT INTO t (id, n, email) VALUES (1, 10, 'a');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, twice integer);

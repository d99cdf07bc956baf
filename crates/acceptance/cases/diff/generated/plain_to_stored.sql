-- An ordinary column becomes a generated one.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, twice integer CONSTRAINT twice_one UNIQUE);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org', 3), (2, 20, 'b@example.org', 4);

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, twice integer GENERATED ALWAYS AS (n * 2) STORED CONSTRAINT twice_one UNIQUE);

-- choices
no-undo the old values of twice are gone, and it may hold each only once

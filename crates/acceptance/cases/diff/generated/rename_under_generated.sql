-- The column of a generated one is renamed in the same revision as the expression changes.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, twice integer GENERATED ALWAYS AS (n * 2) STORED);

-- rows
INSERT INTO t (id, n, email) VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, amount integer, email text, twice integer GENERATED ALWAYS AS (amount * 3) STORED);

-- choices
rename t.n:amount

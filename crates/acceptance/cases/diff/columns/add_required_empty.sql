-- A required column without a value goes through only where there are no rows.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, score integer NOT NULL);

-- choices
allow-questions

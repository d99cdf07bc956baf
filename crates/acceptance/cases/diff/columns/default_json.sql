-- A default of JSON, written as the catalogue would not write it.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, doc jsonb DEFAULT '{}');

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, doc jsonb DEFAULT '{}'::jsonb);

-- choices
no-changes

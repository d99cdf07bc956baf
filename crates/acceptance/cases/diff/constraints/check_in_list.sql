-- A check that the catalogue writes as an array.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, CONSTRAINT few CHECK (email IN ('a', 'b')));

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, CONSTRAINT few CHECK (email IN ('a', 'b', 'a@example.org', 'b@example.org')));

-- A domain comes with its column.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE DOMAIN d AS integer CONSTRAINT d_check CHECK (VALUE > 0);
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, v d);

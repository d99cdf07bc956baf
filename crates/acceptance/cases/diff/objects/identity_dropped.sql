-- A column is no identity any more.
-- engines: postgres

-- from
CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n integer);

-- rows
INSERT INTO t (n) VALUES (1), (2);

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer);

-- A table loses its primary key.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer NOT NULL, n integer, PRIMARY KEY (id));

-- rows
INSERT INTO t VALUES (1, 2);

-- to
CREATE TABLE t (id integer NOT NULL, n integer);

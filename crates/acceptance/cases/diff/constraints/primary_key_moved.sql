-- The primary key moves to another column.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer NOT NULL, n integer NOT NULL, PRIMARY KEY (id));

-- rows
INSERT INTO t VALUES (1, 2);

-- to
CREATE TABLE t (id integer NOT NULL, n integer NOT NULL, PRIMARY KEY (n));

-- A table loses its rowid.
-- engines: sqlite

-- from
CREATE TABLE t (k text PRIMARY KEY NOT NULL, n integer);

-- rows
INSERT INTO t VALUES ('a', 2);

-- to
CREATE TABLE t (k text PRIMARY KEY NOT NULL, n integer) WITHOUT ROWID;

-- A table becomes strict.
-- engines: sqlite

-- from
CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);

-- rows
INSERT INTO t VALUES (1, 2);

-- to
CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER) STRICT;

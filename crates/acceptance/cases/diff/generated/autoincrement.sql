-- A key is never given twice from now on.
-- engines: sqlite

-- from
CREATE TABLE t (id INTEGER PRIMARY KEY, n integer);

-- rows
INSERT INTO t VALUES (5, 1);

-- to
CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, n integer);

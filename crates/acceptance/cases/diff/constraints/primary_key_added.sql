-- A table gets a primary key.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer, n integer);

-- rows
INSERT INTO t VALUES (1, 2);

-- to
CREATE TABLE t (id integer, n integer, PRIMARY KEY (id));

-- choices
allow-doubts

-- A table whose rows not everybody sees gets another name, and so does one that becomes such a table.
-- engines: postgres 15

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE TABLE u (id integer PRIMARY KEY);

-- rows
INSERT INTO t VALUES (1, 10), (2, 20);

-- to
CREATE TABLE s (id integer PRIMARY KEY, n integer);
ALTER TABLE s ENABLE ROW LEVEL SECURITY;
CREATE TABLE v (id integer PRIMARY KEY);
ALTER TABLE v ENABLE ROW LEVEL SECURITY;

-- choices
rename t:s
rename u:v
phases expand contract

-- A text becomes a number, as it was chosen.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v text);

-- rows
INSERT INTO t VALUES (1, ' 12 ');

-- to
CREATE TABLE t (id integer PRIMARY KEY, v integer);

-- choices
using t.v = trim(v)::integer

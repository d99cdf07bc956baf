-- A number gets more digits behind the point.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v numeric(10,2));

-- rows
INSERT INTO t VALUES (1, 1.25);

-- to
CREATE TABLE t (id integer PRIMARY KEY, v numeric(12,4));

-- choices
allow-questions

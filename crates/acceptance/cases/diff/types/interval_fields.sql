-- An interval is kept to the second.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v interval);

-- rows
INSERT INTO t VALUES (1, '1 day');

-- to
CREATE TABLE t (id integer PRIMARY KEY, v interval day to second);

-- choices
allow-questions

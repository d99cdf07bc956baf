-- A text may be longer.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v varchar(50));

-- rows
INSERT INTO t VALUES (1, 'a');

-- to
CREATE TABLE t (id integer PRIMARY KEY, v varchar(80));

-- choices
allow-questions
phases plain

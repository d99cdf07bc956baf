-- A number becomes a text; going back may fail.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v integer);

-- rows
INSERT INTO t VALUES (1, 1);

-- to
CREATE TABLE t (id integer PRIMARY KEY, v text);

-- choices
allow-questions

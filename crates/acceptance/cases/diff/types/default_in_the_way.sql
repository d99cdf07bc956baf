-- A default that cannot be converted goes first and comes back.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, v text DEFAULT '1');

-- rows
INSERT INTO t VALUES (1, '12');

-- to
CREATE TABLE t (id integer PRIMARY KEY, v integer DEFAULT 1);

-- choices
allow-questions

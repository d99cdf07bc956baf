-- A required column goes; the way back fills it with a value that means nothing.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL, email text);

-- rows
INSERT INTO t VALUES (1, 5, 'a');

-- to
CREATE TABLE t (id integer PRIMARY KEY, email text);

-- choices
phases expand contract

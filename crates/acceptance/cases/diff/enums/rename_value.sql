-- A value is renamed, and rows follow.
-- engines: postgres

-- from
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id integer PRIMARY KEY, m mood DEFAULT 'sad');

-- rows
INSERT INTO t VALUES (1, 'ok');

-- to
CREATE TYPE mood AS ENUM ('unhappy', 'ok');
CREATE TABLE t (id integer PRIMARY KEY, m mood DEFAULT 'unhappy');

-- choices
rename mood.sad:unhappy
phases expand contract

-- An enum type gets another name.
-- engines: postgres

-- from
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id integer PRIMARY KEY, m mood DEFAULT 'ok');

-- rows
INSERT INTO t VALUES (1, 'sad');

-- to
CREATE TYPE feeling AS ENUM ('sad', 'ok');
CREATE TABLE t (id integer PRIMARY KEY, m feeling DEFAULT 'ok');

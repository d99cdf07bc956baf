-- An enum gets values at its beginning and in its middle.
-- engines: postgres

-- from
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id integer PRIMARY KEY, m mood);

-- rows
INSERT INTO t VALUES (1, 'ok');

-- to
CREATE TYPE mood AS ENUM ('awful', 'bad', 'sad', 'so-so', 'ok');
CREATE TABLE t (id integer PRIMARY KEY, m mood);

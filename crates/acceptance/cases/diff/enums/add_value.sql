-- An enum gets a value at its end.
-- engines: postgres

-- from
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id integer PRIMARY KEY, m mood);

-- rows
INSERT INTO t VALUES (1, 'ok');

-- to
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE t (id integer PRIMARY KEY, m mood);

-- choices
allow-questions
phases plain

-- A text becomes an enum, with its default.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, m varchar DEFAULT 'ok');

-- rows
INSERT INTO t VALUES (1, 'sad');

-- to
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id integer PRIMARY KEY, m mood DEFAULT 'ok');

-- choices
allow-questions

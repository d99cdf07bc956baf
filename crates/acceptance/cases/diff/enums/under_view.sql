-- A value goes under a view and a check.
-- engines: postgres

-- from
CREATE TYPE mood AS ENUM ('sad', 'meh', 'ok');
CREATE TABLE t (id integer PRIMARY KEY, m mood, CONSTRAINT not_sad CHECK (m <> 'sad'));
CREATE VIEW v AS SELECT m FROM t;

-- rows
INSERT INTO t VALUES (1, 'ok');

-- to
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id integer PRIMARY KEY, m mood, CONSTRAINT not_sad CHECK (m <> 'sad'));
CREATE VIEW v AS SELECT m FROM t;

-- choices
allow-questions

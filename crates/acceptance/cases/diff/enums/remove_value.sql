-- A value goes that no row holds; it is asked.
-- engines: postgres

-- from
CREATE TYPE mood AS ENUM ('sad', 'meh', 'ok');
CREATE TABLE t (id integer PRIMARY KEY, m mood DEFAULT 'ok');
CREATE INDEX ix_m ON t (m);
CREATE INDEX ix_sad ON t (id) WHERE m = 'sad';

-- rows
INSERT INTO t VALUES (1, 'ok'), (2, 'sad');

-- to
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id integer PRIMARY KEY, m mood DEFAULT 'ok');
CREATE INDEX ix_m ON t (m);
CREATE INDEX ix_sad ON t (id) WHERE m = 'sad';

-- choices
allow-questions

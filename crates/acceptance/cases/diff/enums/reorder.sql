-- The values of an enum change their order.
-- engines: postgres

-- from
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id integer PRIMARY KEY, m mood, many mood[]);

-- rows
INSERT INTO t VALUES (1, 'ok', '{sad,ok}');

-- to
CREATE TYPE mood AS ENUM ('ok', 'sad');
CREATE TABLE t (id integer PRIMARY KEY, m mood, many mood[]);

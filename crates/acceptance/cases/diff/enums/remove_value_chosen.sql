-- A value goes, and rows that hold it get another, as it was chosen.
-- engines: postgres

-- from
CREATE TYPE mood AS ENUM ('sad', 'meh', 'ok');
CREATE TABLE t (id integer PRIMARY KEY, m mood);

-- rows
INSERT INTO t VALUES (1, 'ok'), (2, 'meh');

-- to
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id integer PRIMARY KEY, m mood);

-- choices
using t.m = (CASE m WHEN 'meh' THEN 'ok' ELSE m::text END)::mood
no-undo which rows held the value is not known any more
phases contract

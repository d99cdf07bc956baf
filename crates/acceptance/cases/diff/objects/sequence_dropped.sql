-- A sequence goes, and the default that took from it.
-- engines: postgres

-- from
CREATE SEQUENCE sq;
CREATE TABLE t (id integer PRIMARY KEY, n integer DEFAULT nextval('sq'), email text);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- A default that takes from a sequence does not change.
-- engines: postgres

-- from
CREATE SEQUENCE sq;
CREATE TABLE t (id integer PRIMARY KEY, n integer DEFAULT nextval('sq'::regclass), email text);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE SEQUENCE sq;
CREATE TABLE t (id integer PRIMARY KEY, n integer DEFAULT nextval('sq'), email text);

-- choices
no-changes

-- An index comes.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE INDEX ix ON t (email);

-- choices
phases plain

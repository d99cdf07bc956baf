-- Two indexes change their names with each other.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE INDEX a ON t (n);
CREATE INDEX b ON t (email);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE INDEX b ON t (n);
CREATE INDEX a ON t (email);

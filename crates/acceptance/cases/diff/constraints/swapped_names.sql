-- Two constraints change their names with each other.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, CONSTRAINT a CHECK (n > 0), CONSTRAINT b CHECK (n > 1));

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, CONSTRAINT b CHECK (n > 0), CONSTRAINT a CHECK (n > 1));

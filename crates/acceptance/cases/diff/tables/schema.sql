-- A table comes in a schema that is not there.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE SCHEMA s3;
CREATE TABLE s3.x (id integer PRIMARY KEY, t_id integer REFERENCES t (id));

-- A table moves to another schema.
-- engines: postgres

-- from
CREATE SCHEMA s3;
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE SCHEMA s3;
CREATE TABLE s3.t (id integer PRIMARY KEY, n integer, email text);

-- choices
rename t:s3.t
phases expand contract

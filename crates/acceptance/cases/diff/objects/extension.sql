-- An extension comes with a column of its type.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE EXTENSION citext;
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, nick citext);

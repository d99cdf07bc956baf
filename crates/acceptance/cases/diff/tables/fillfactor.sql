-- A storage parameter changes, another goes.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text) WITH (fillfactor = 70, autovacuum_enabled = false);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text) WITH (fillfactor = 90);

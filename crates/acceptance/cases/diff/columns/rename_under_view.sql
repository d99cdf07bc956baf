-- A column is renamed under a view, whose own columns keep their names.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE VIEW v AS SELECT id, n FROM t WHERE n > 0;

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, amount integer, email text);
CREATE VIEW v AS SELECT id, amount AS n FROM t WHERE amount > 0;

-- choices
rename t.n:amount

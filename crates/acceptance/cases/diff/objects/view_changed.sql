-- A view changes under one that reads it.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE VIEW w AS SELECT id FROM t;
CREATE VIEW a_on_w AS SELECT id FROM w;

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE VIEW w AS SELECT id FROM t WHERE n > 10;
CREATE VIEW a_on_w AS SELECT id FROM w;

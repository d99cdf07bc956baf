-- Triggers and a view come, go and change, while the table under them is made anew.
-- engines: sqlite

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE TABLE log (n integer);
CREATE TRIGGER goes AFTER INSERT ON t BEGIN INSERT INTO log VALUES (NEW.n); END;
CREATE TRIGGER changes AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (1); END;
CREATE VIEW v AS SELECT id, n FROM t;

-- rows
INSERT INTO t (id, n) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) SELECT i, i FROM n;

-- to
CREATE TABLE t (id integer PRIMARY KEY, n bigint, email text, CHECK (n < 100000));
CREATE TABLE log (n integer);
CREATE TRIGGER changes AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (2); END;
CREATE TRIGGER comes AFTER DELETE ON t BEGIN INSERT INTO log VALUES (OLD.n); END;
CREATE VIEW v AS SELECT id, n, email FROM t;

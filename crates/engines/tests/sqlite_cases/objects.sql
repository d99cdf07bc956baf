-- case: a view
CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT a FROM t;
-- case: a view with columns
CREATE TABLE t (a INT, b INT); CREATE VIEW v (x, "y z") AS SELECT a, b FROM t;
-- case: views if not exists, in main
CREATE TABLE t (a INT); CREATE VIEW IF NOT EXISTS main.v AS SELECT a AS b FROM t; CREATE VIEW IF NOT EXISTS v AS SELECT 1;
-- case: a recursive view
CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n;
-- case: a view of nothing
CREATE VIEW v AS SELECT * FROM nowhere;
-- case: a dropped view
CREATE VIEW v AS SELECT 1 AS a; CREATE VIEW w AS SELECT a FROM v; DROP VIEW v;
-- case: a view with strings and comments
CREATE TABLE t (a TEXT); CREATE VIEW v AS SELECT a, ' AS ' AS b /* AS ( */ FROM t -- that is all
;
-- case: window functions
CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT a, row_number() OVER (PARTITION BY b ORDER BY a ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS n FROM t;
-- case: values
CREATE VIEW v AS VALUES (1, 2), (3, 4);
-- case: triggers of every kind
CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT a FROM t;
CREATE TRIGGER a1 BEFORE INSERT ON t BEGIN SELECT RAISE(ABORT, 'no; never') WHERE new.a < 0; END;
CREATE TRIGGER a2 AFTER UPDATE OF a, b ON t FOR EACH ROW WHEN new.a <> old.a BEGIN UPDATE t SET b = CASE WHEN new.a > 0 THEN 1 ELSE 2 END; END;
CREATE TRIGGER a3 DELETE ON t BEGIN DELETE FROM t WHERE a = old.a; END;
CREATE TRIGGER a4 INSTEAD OF INSERT ON v BEGIN INSERT INTO t (a) VALUES (new.a); END;
-- case: a trigger if not exists, in main
CREATE TABLE t (a INT); CREATE TRIGGER IF NOT EXISTS main.tr AFTER INSERT ON t BEGIN SELECT 1; END; CREATE TRIGGER IF NOT EXISTS tr AFTER INSERT ON t BEGIN SELECT 1; END;
-- case: a dropped trigger
CREATE TABLE t (a INT); CREATE TRIGGER "My Trigger" AFTER INSERT ON t BEGIN SELECT 1; END; CREATE TRIGGER other AFTER INSERT ON t BEGIN SELECT 2; END; DROP TRIGGER "my trigger";
-- case: a view goes with its triggers
CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER tr INSTEAD OF DELETE ON v BEGIN DELETE FROM t; END; DROP VIEW v;
-- case: quoted views
CREATE TABLE "a b" ("c d" INT); CREATE VIEW "v w" AS SELECT "c d" FROM "a b"; CREATE VIEW [x] AS SELECT [c d] AS 'e' FROM `a b`;
-- case: views over views, renamed at the bottom
CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT a AS x, b AS y FROM t; CREATE VIEW w AS SELECT x, y FROM v; ALTER TABLE t RENAME COLUMN b TO c; ALTER TABLE t RENAME TO u;
-- case: a view of a subquery
CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT s.a FROM (SELECT a, b FROM t WHERE b > 0) AS s; ALTER TABLE t RENAME COLUMN b TO c;
-- case: a view with a star
CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT * FROM t; ALTER TABLE t RENAME COLUMN a TO z; ALTER TABLE t ADD COLUMN c;
-- case: compound views
CREATE TABLE t (a INT); CREATE TABLE u (a INT); CREATE VIEW v AS SELECT a FROM t UNION ALL SELECT a FROM u ORDER BY 1; ALTER TABLE t RENAME TO tt;

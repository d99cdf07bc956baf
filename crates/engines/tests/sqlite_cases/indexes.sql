-- case: plain and unique
CREATE TABLE t (a INT, b TEXT); CREATE INDEX i ON t (a); CREATE UNIQUE INDEX u ON t (a, b);
-- case: order and collation
CREATE TABLE t (a TEXT, b TEXT); CREATE INDEX i ON t (a COLLATE NOCASE DESC, b COLLATE "binary" ASC, a DESC);
-- case: expressions
CREATE TABLE t (a TEXT, b INT); CREATE INDEX i ON t (lower(a)); CREATE INDEX j ON t (b + 1 DESC, substr(a, 1, 3) COLLATE NOCASE, (a || 'x'));
-- case: a column in brackets is a column
CREATE TABLE t (a TEXT, b INT); CREATE INDEX i ON t ((a), ("b"));
-- case: partial
CREATE TABLE t (a TEXT, b INT); CREATE INDEX i ON t (a) WHERE b > 0 AND a IS NOT NULL; CREATE UNIQUE INDEX j ON t (a) WHERE (b = 1);
-- case: json keys
CREATE TABLE t (data TEXT); CREATE INDEX i ON t (data ->> '$.name', json_extract(data, '$.a,b'));
-- case: quoted names
CREATE TABLE "a b" ("c d" INT, "order" INT); CREATE INDEX "i j" ON "a b" ([c d], `order`) WHERE "order" > 0;
-- case: if not exists
CREATE TABLE t (a INT); CREATE INDEX IF NOT EXISTS i ON t (a); CREATE INDEX IF NOT EXISTS i ON t (a);
-- case: dropped
CREATE TABLE t (a INT); CREATE INDEX i ON t (a); CREATE INDEX j ON t (a); DROP INDEX i; DROP INDEX IF EXISTS k;
-- case: names in another case
CREATE TABLE T (Name TEXT); CREATE INDEX I ON t (NAME); DROP INDEX i; CREATE INDEX I ON T (name);
-- case: on a table without rowid
CREATE TABLE t (a TEXT PRIMARY KEY, b INT) WITHOUT ROWID; CREATE INDEX i ON t (b DESC);
-- case: on a generated column
CREATE TABLE t (a TEXT, b TEXT AS (lower(a))); CREATE INDEX i ON t (b);
-- case: case within a key
CREATE TABLE t (a INT); CREATE INDEX i ON t (CASE WHEN a > 0 THEN 1 ELSE 0 END) WHERE CASE a WHEN 1 THEN 1 END;
-- case: cast within a key
CREATE TABLE t (a TEXT); CREATE INDEX i ON t (CAST(a AS INTEGER));
-- case: a string for a column
CREATE TABLE t (a TEXT); CREATE INDEX i ON t ('a');
-- case: with comments
CREATE TABLE t (a TEXT, b TEXT); CREATE INDEX i /* x */ ON t ( a /* , */ , b -- )
) WHERE a > 0;
-- case: dropped with its table, and made again
CREATE TABLE t (a INT); CREATE INDEX i ON t (a); DROP TABLE t; CREATE TABLE t (b INT); CREATE INDEX i ON t (b);
-- case: a rename reaches every part of a key
CREATE TABLE t (a TEXT, b TEXT); CREATE UNIQUE INDEX i ON t (a COLLATE NOCASE DESC, a || b, (b)) WHERE a IS NOT NULL OR b LIKE 'a%'; ALTER TABLE t RENAME COLUMN a TO "a b"; ALTER TABLE t RENAME COLUMN b TO c;
-- case: keys that call functions by the column's name
CREATE TABLE t (lower TEXT, length TEXT); CREATE INDEX i ON t (lower(lower), length(length)); ALTER TABLE t RENAME COLUMN lower TO l;

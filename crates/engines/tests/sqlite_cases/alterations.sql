-- case: add a column
CREATE TABLE t (a INT); ALTER TABLE t ADD COLUMN b TEXT; ALTER TABLE t ADD c;
-- case: add a column behind constraints
CREATE TABLE t (a INT, CHECK (a > 0)); ALTER TABLE t ADD COLUMN b TEXT NOT NULL DEFAULT 'x'; ALTER TABLE t ADD d INT CONSTRAINT d_pos CHECK (d > 0);
-- case: add a column with a key
CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a INT); ALTER TABLE t ADD COLUMN b INT REFERENCES p ON DELETE CASCADE; ALTER TABLE t ADD COLUMN c INT CONSTRAINT fk REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED;
-- case: add a generated column
CREATE TABLE t (a INT); ALTER TABLE t ADD COLUMN b INT AS (a + 1); ALTER TABLE t ADD COLUMN c TEXT GENERATED ALWAYS AS (a || ',') VIRTUAL CHECK (c <> '');
-- case: add a column with collation and quoted default
CREATE TABLE t (a INT); ALTER TABLE t ADD COLUMN "b c" TEXT COLLATE NOCASE DEFAULT 'it''s, (fine)';
-- case: add to an empty table what rows would forbid
CREATE TABLE t (a INT); ALTER TABLE t ADD COLUMN b DEFAULT CURRENT_TIMESTAMP; ALTER TABLE t ADD COLUMN c DEFAULT (random());
-- case: drop a column
CREATE TABLE t (a INT, b INT, c INT); ALTER TABLE t DROP COLUMN b; ALTER TABLE t DROP a;
-- case: drop a column with its own check
CREATE TABLE t (a INT, b INT CHECK (b > 0), c INT); ALTER TABLE t DROP COLUMN b;
-- case: drop a column with its own key
CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a INT, b INT REFERENCES p (id)); ALTER TABLE t DROP COLUMN b;
-- case: drop the last column, before constraints
CREATE TABLE t (a INT, b INT, CHECK (a > 0)); ALTER TABLE t DROP COLUMN b;
-- case: drop a generated column
CREATE TABLE t (a INT, b INT AS (a)); ALTER TABLE t DROP COLUMN b;
-- case: rename a column
CREATE TABLE t (a INT, b INT); ALTER TABLE t RENAME COLUMN a TO z; ALTER TABLE t RENAME b TO y;
-- case: rename a column, quoted
CREATE TABLE t (a INT, b INT); ALTER TABLE t RENAME COLUMN a TO "z z"; ALTER TABLE t RENAME COLUMN "b" TO [order];
-- case: rename a column only in case
CREATE TABLE t (a INT, b INT CHECK (a > b)); ALTER TABLE t RENAME COLUMN A TO A;
-- case: rename a column in every constraint
CREATE TABLE t (a INTEGER PRIMARY KEY, b INT, c INT, UNIQUE (b, c), CHECK (b > 0 AND t.b < 9 AND "b" <> 'b'), CONSTRAINT x CHECK (abs(b) > c));
ALTER TABLE t RENAME COLUMN b TO bb; ALTER TABLE t RENAME COLUMN a TO id;
-- case: rename a column in generated columns
CREATE TABLE t (a INT, b INT AS (a + 1), c TEXT AS (a || 'a') STORED); ALTER TABLE t RENAME COLUMN a TO z;
-- case: rename a column in indexes
CREATE TABLE t (a INT, b TEXT); CREATE INDEX i ON t (a, b); CREATE INDEX j ON t (a + 1, lower(b)) WHERE a > 0 AND b <> 'a'; ALTER TABLE t RENAME COLUMN a TO z;
-- case: rename a column that keys refer to
CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE); CREATE TABLE t (x TEXT REFERENCES p (code), y INT REFERENCES p, FOREIGN KEY (x) REFERENCES p ("code"));
ALTER TABLE p RENAME COLUMN code TO name; ALTER TABLE t RENAME COLUMN x TO xx; ALTER TABLE p RENAME COLUMN id TO pid;
-- case: rename a column that refers to its own table
CREATE TABLE t (id INTEGER PRIMARY KEY, up INT REFERENCES t (id)); ALTER TABLE t RENAME COLUMN id TO key; ALTER TABLE t RENAME COLUMN up TO parent;
-- case: rename a column that views read
CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT a, t.b FROM t WHERE a > 0; CREATE VIEW w AS SELECT x.a AS q FROM t AS x ORDER BY x.a; ALTER TABLE t RENAME COLUMN a TO z;
-- case: rename a column that another table also has
CREATE TABLE t (a INT, id INT); CREATE TABLE u (a INT, t_id INT); CREATE VIEW v AS SELECT t.a, u.a AS ua FROM t JOIN u ON u.t_id = t.id; ALTER TABLE t RENAME COLUMN a TO z;
-- case: rename a column that triggers read
CREATE TABLE t (a INT, b INT); CREATE TABLE log (a INT);
CREATE TRIGGER tr AFTER UPDATE OF a ON t WHEN new.a > old.a BEGIN UPDATE t SET b = new.a WHERE a = old.a; INSERT INTO log (a) VALUES (new.a); END;
ALTER TABLE t RENAME COLUMN a TO z;
-- case: rename a column below aliases that hide it
CREATE TABLE t (a INT, b INT); CREATE TABLE u (a INT, b INT);
CREATE VIEW v AS SELECT a.b, u.a AS a FROM t AS a JOIN u ON u.b = a.a WHERE EXISTS (SELECT 1 FROM u AS x WHERE x.a = a.a);
CREATE TRIGGER tr AFTER INSERT ON u BEGIN INSERT INTO t (a, b) SELECT a, b FROM u WHERE a = new.a; UPDATE t SET a = (SELECT max(a) FROM u); END;
CREATE TRIGGER ti INSTEAD OF INSERT ON v BEGIN INSERT INTO t (a) VALUES (new.a); END;
ALTER TABLE t RENAME COLUMN a TO z; ALTER TABLE u RENAME COLUMN b TO "y y"; ALTER TABLE t RENAME TO "t t";
-- case: rename a column that another table's trigger writes
CREATE TABLE t (a INT); CREATE TABLE u (b INT);
CREATE TRIGGER tr AFTER INSERT ON u BEGIN INSERT INTO t (a) VALUES (new.b); UPDATE t SET a = a + new.b; END;
ALTER TABLE t RENAME COLUMN a TO z;
-- case: rename a table
CREATE TABLE t (a INT); ALTER TABLE t RENAME TO u;
-- case: rename a table, quoted
CREATE TABLE t (a INT); ALTER TABLE "t" RENAME TO "u u";
-- case: rename a table with indexes and uniques
CREATE TABLE t (a INT UNIQUE, b INT); CREATE INDEX i ON t (b) WHERE t.b > 0; ALTER TABLE t RENAME TO u;
-- case: rename a table that keys refer to
CREATE TABLE p (id INTEGER PRIMARY KEY, up INT REFERENCES p (id)); CREATE TABLE t (a INT REFERENCES p, b INT, FOREIGN KEY (b) REFERENCES "p" (id)); ALTER TABLE p RENAME TO parent;
-- case: rename a table with qualified checks
CREATE TABLE t (a INT CHECK (t.a > 0)); ALTER TABLE t RENAME TO u;
-- case: rename a table that views read
CREATE TABLE t (a INT); CREATE VIEW v AS SELECT t.a FROM t; CREATE VIEW w AS SELECT x.a FROM t x WHERE x.a IN (SELECT a FROM t); ALTER TABLE t RENAME TO u;
-- case: rename a table that triggers write
CREATE TABLE t (a INT); CREATE TABLE u (b INT);
CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET a = 1 WHERE t.a = new.a; END;
CREATE TRIGGER ur AFTER INSERT ON u BEGIN DELETE FROM t; INSERT INTO t SELECT b FROM u; END;
ALTER TABLE t RENAME TO z;
-- case: rename a table with a column of the same name
CREATE TABLE t (t INT CHECK (t > 0), b INT CHECK (t.t < b)); ALTER TABLE t RENAME TO u;
-- case: set and drop not null
CREATE TABLE t (a INT, b INT NOT NULL, c INT NOT NULL DEFAULT 1); ALTER TABLE t ALTER COLUMN a SET NOT NULL; ALTER TABLE t ALTER b DROP NOT NULL; ALTER TABLE t ALTER COLUMN c DROP NOT NULL;
-- case: drop not null with its conflict clause
CREATE TABLE t (a INT NOT NULL ON CONFLICT REPLACE DEFAULT 3); ALTER TABLE t ALTER a DROP NOT NULL;
-- case: add and drop checks
CREATE TABLE t (a INT, b INT, CONSTRAINT c CHECK (a > 0)); ALTER TABLE t ADD CONSTRAINT d CHECK (b > 0); ALTER TABLE t ADD CHECK (a < b); ALTER TABLE t DROP CONSTRAINT c;
-- case: alembic's batch
CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, p_id INT REFERENCES p (id)); CREATE INDEX ix_t_a ON t (a);
CREATE TABLE _alembic_tmp_t (id INTEGER NOT NULL, a INTEGER NOT NULL, p_id INTEGER, PRIMARY KEY (id), FOREIGN KEY(p_id) REFERENCES p (id));
INSERT INTO _alembic_tmp_t (id, a, p_id) SELECT t.id, CAST(t.a AS INTEGER) AS a, t.p_id FROM t;
DROP TABLE t; ALTER TABLE _alembic_tmp_t RENAME TO t; CREATE INDEX ix_t_a ON t (a);
-- case: a rebuild under a key and a self reference
CREATE TABLE t (id INTEGER PRIMARY KEY, up INT REFERENCES t (id)); CREATE TABLE u (t_id INT REFERENCES t (id));
CREATE TABLE new_t (id INTEGER PRIMARY KEY, up INT REFERENCES t (id), x TEXT); INSERT INTO new_t (id, up) SELECT id, up FROM t; DROP TABLE t; ALTER TABLE new_t RENAME TO t;
-- case: rename away and rebuild, keys follow
CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a INT REFERENCES p (id));
ALTER TABLE p RENAME TO p_old; CREATE TABLE p (id INTEGER PRIMARY KEY, x TEXT); INSERT INTO p (id) SELECT id FROM p_old; DROP TABLE p_old;
-- case: rename, then rename back
CREATE TABLE t (a INT CHECK (a > 0)); CREATE VIEW v AS SELECT a FROM t; ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO t; ALTER TABLE t RENAME COLUMN a TO b; ALTER TABLE t RENAME COLUMN b TO a;
-- case: the old way of renaming, around a rebuild
CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t; CREATE TABLE n (a TEXT);
PRAGMA legacy_alter_table = ON; DROP TABLE t; ALTER TABLE n RENAME TO t; PRAGMA legacy_alter_table = OFF;
-- case: add a column with every kind of literal
CREATE TABLE t (a INT); ALTER TABLE t ADD COLUMN b REAL DEFAULT -1.5e3; ALTER TABLE t ADD COLUMN c BLOB DEFAULT x'00ff'; ALTER TABLE t ADD COLUMN d BOOLEAN NOT NULL DEFAULT TRUE; ALTER TABLE t ADD COLUMN e TEXT DEFAULT NULL; ALTER TABLE t ADD COLUMN f DEFAULT word;
-- case: a column comes, is indexed, renamed and goes
CREATE TABLE t (a INT); ALTER TABLE t ADD COLUMN b INT; CREATE INDEX i ON t (b); ALTER TABLE t RENAME COLUMN b TO c; DROP INDEX i; ALTER TABLE t DROP COLUMN c;
-- case: strings in double quotes are corrected by a rename
CREATE TABLE t (a TEXT, b TEXT CHECK (b <> "never a column")); CREATE INDEX i ON t (a) WHERE b = "nor this"; CREATE VIEW v AS SELECT a, "just text" AS s FROM t; ALTER TABLE t RENAME COLUMN a TO z;
-- case: strings in double quotes are corrected by a drop
CREATE TABLE t (a TEXT, b TEXT, CHECK (b <> "text")); CREATE TRIGGER tr AFTER DELETE ON t BEGIN SELECT "text"; END; ALTER TABLE t DROP COLUMN a;
-- case: a strict table grows and is renamed
CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT) STRICT; ALTER TABLE t ADD COLUMN b ANY; ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME COLUMN id TO key;
-- case: a virtual table is renamed
CREATE VIRTUAL TABLE f USING fts5(a, b); INSERT INTO f VALUES ('x', 'y'); ALTER TABLE f RENAME TO g;
-- case: a key without columns, and a parent that goes
CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a INT REFERENCES p, b INT REFERENCES q); CREATE TABLE q (id INTEGER PRIMARY KEY); DROP TABLE p;
-- case: a key without columns, and a parent with another key
CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a INT REFERENCES p); CREATE TABLE n (code TEXT PRIMARY KEY); DROP TABLE p; ALTER TABLE n RENAME TO p;
-- case: a key without columns, and its parent's key renamed
CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a INT REFERENCES P); ALTER TABLE p RENAME COLUMN id TO pid;

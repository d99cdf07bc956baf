-- Tables made anew, with rows, indexes, triggers and references.
-- engines: sqlite

-- start
CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE child (id INTEGER PRIMARY KEY AUTOINCREMENT, parent_id INTEGER REFERENCES parent (id) ON DELETE CASCADE, note TEXT);
CREATE INDEX ix_child_parent ON child (parent_id);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO parent SELECT i, 'name ' || i FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) INSERT INTO child (parent_id, note) SELECT 1 + i % 2000, hex(randomblob(20)) FROM n;

-- upgrade
CREATE TABLE parent_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT '');
INSERT INTO parent_new (id, name) SELECT id, name FROM parent;
DROP TABLE parent;
ALTER TABLE parent_new RENAME TO parent;

-- downgrade
CREATE TABLE parent_old (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO parent_old (id, name) SELECT id, name FROM parent;
DROP TABLE parent;
ALTER TABLE parent_old RENAME TO parent;

-- upgrade
-- transaction: none
CREATE INDEX ix_child_note ON child (note);
-- transaction: none
VACUUM;
CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT);
-- transaction: none
CREATE TRIGGER child_logged AFTER DELETE ON child BEGIN INSERT INTO log (what) VALUES ('deleted'); END;
DELETE FROM child WHERE id % 7 = 0;

-- downgrade
DROP TRIGGER child_logged;
DROP TABLE log;
-- transaction: none
DROP INDEX ix_child_note;

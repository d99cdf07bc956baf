-- Kinds of tables and of columns, and what hangs on them.
CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE COLLATE NOCASE);
INSERT INTO parent (name) VALUES ('ada'), ('Grace'), ('alan');
DELETE FROM parent WHERE name = 'alan';
CREATE TABLE child (
    id INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES parent (id) ON DELETE CASCADE,
    cents INTEGER NOT NULL CHECK (cents >= 0),
    euros REAL GENERATED ALWAYS AS (cents / 100.0) STORED,
    label TEXT GENERATED ALWAYS AS ('no. ' || id) VIRTUAL
);
INSERT INTO child (parent_id, cents) VALUES (1, 100), (1, 250), (2, 0), (NULL, 7);
CREATE TABLE pair (a TEXT, b INTEGER, value BLOB, PRIMARY KEY (b DESC, a)) WITHOUT ROWID;
INSERT INTO pair VALUES ('x', 1, x'01'), ('y', 1, NULL), ('x', 2, 'text');
CREATE TABLE numbered_by_itself (body TEXT);
INSERT INTO numbered_by_itself (rowid, body) VALUES (7, 'seven'), (1000000, 'million'), (-3, 'minus three');
CREATE TABLE history (what TEXT, at INTEGER);
CREATE TRIGGER remember AFTER INSERT ON child BEGIN INSERT INTO history VALUES ('insert', NEW.id); END;
CREATE TRIGGER forget AFTER DELETE ON child BEGIN DELETE FROM history; END;
INSERT INTO child (parent_id, cents) VALUES (2, 99);
CREATE INDEX ix_child ON child (parent_id, cents DESC) WHERE cents > 0;
CREATE UNIQUE INDEX ux_lower ON parent (lower(name));
CREATE VIEW totals AS SELECT parent_id, sum(cents) AS cents FROM child GROUP BY parent_id;
CREATE TRIGGER into_view INSTEAD OF INSERT ON totals BEGIN SELECT 1; END;
ANALYZE;

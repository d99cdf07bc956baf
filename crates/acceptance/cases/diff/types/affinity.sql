-- A type changes, which SQLite does only in a new table.
-- engines: sqlite

-- from
CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT);
CREATE INDEX ix_v ON t (v);
CREATE TABLE c (t_id INTEGER REFERENCES t (id) ON DELETE CASCADE);

-- rows
INSERT INTO t VALUES (1, '12');
INSERT INTO c VALUES (1);

-- to
CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER);
CREATE INDEX ix_v ON t (v);
CREATE TABLE c (t_id INTEGER REFERENCES t (id) ON DELETE CASCADE);

-- choices
allow-questions

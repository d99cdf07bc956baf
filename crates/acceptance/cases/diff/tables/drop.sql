-- A table goes, named.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE TABLE old_table (id integer PRIMARY KEY, t_id integer REFERENCES t (id));
CREATE INDEX ix_old ON old_table (t_id);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');
INSERT INTO old_table VALUES (1, 1);

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- choices
allow-drop old_table
phases expand contract

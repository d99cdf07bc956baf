-- A table goes, and a new one takes the name of its index.
-- engines: sqlite, postgres

-- from
CREATE TABLE old_one (id integer PRIMARY KEY, a integer);
CREATE INDEX ix_a ON old_one (a);

-- rows
INSERT INTO old_one VALUES (1, 1);

-- to
CREATE TABLE fresh (id integer PRIMARY KEY, b text, c text);
CREATE INDEX ix_a ON fresh (b);

-- choices
allow-drop old_one

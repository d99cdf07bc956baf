-- What many rows lose is copied first, and given back by the downgrade.
-- engines: sqlite, postgres

-- from
CREATE TABLE note (id integer PRIMARY KEY, body text NOT NULL, gone text, narrowed integer NOT NULL);
CREATE TABLE old_note (id integer PRIMARY KEY, note_id integer REFERENCES note (id), remark text);

-- rows
INSERT INTO note (id, body, gone, narrowed) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) SELECT i, 'body ' || i, 'gone ' || i, i FROM n;
INSERT INTO old_note (id, note_id, remark) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) SELECT i, i, 'remark ' || i FROM n WHERE i <= 8000;

-- to
CREATE TABLE note (id integer PRIMARY KEY, body text NOT NULL);

-- choices
allow-drop old_note
phases expand contract

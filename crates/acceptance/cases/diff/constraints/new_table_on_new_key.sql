-- A new table references a key of an old one that comes with it.
-- engines: sqlite, postgres

-- from
CREATE TABLE p (id integer PRIMARY KEY, code integer);

-- rows
INSERT INTO p VALUES (1, 10);

-- to
CREATE TABLE p (id integer PRIMARY KEY, code integer, CONSTRAINT p_code UNIQUE (code));
CREATE TABLE a_new (code integer REFERENCES p (code));

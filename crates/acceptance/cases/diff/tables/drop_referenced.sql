-- A table goes that others reference; they keep the column.
-- engines: sqlite, postgres

-- from
CREATE TABLE p (id integer PRIMARY KEY);
CREATE TABLE c (id integer PRIMARY KEY, p_id integer, CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p (id));

-- rows
INSERT INTO p VALUES (1);
INSERT INTO c VALUES (1, 1);

-- to
CREATE TABLE c (id integer PRIMARY KEY, p_id integer);

-- choices
allow-drop p
no-undo the rows of p are gone, and c still refers to them

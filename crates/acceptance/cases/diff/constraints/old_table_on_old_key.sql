-- A table goes that rested on a key that goes too.
-- engines: sqlite, postgres

-- from
CREATE TABLE p (id integer PRIMARY KEY, code integer, CONSTRAINT p_code UNIQUE (code));
CREATE TABLE c (code integer REFERENCES p (code));

-- to
CREATE TABLE p (id integer PRIMARY KEY, code integer);

-- choices
allow-drop c

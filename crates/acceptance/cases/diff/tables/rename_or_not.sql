-- A table goes and one with its columns comes: it is asked, and until it is said the rows go with the old one, which has
-- to be named.
-- engines: sqlite, postgres

-- from
CREATE TABLE u (id integer PRIMARY KEY, n integer, email text);

-- rows
INSERT INTO u VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE people (id integer PRIMARY KEY, n integer, email text);

-- choices
allow-drop u
allow-doubts

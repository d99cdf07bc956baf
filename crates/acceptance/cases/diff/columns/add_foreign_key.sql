-- A column with a foreign key is added.
-- engines: sqlite, postgres

-- from
CREATE TABLE p (id integer PRIMARY KEY);
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE p (id integer PRIMARY KEY);
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, p_id integer REFERENCES p (id) ON DELETE SET NULL);

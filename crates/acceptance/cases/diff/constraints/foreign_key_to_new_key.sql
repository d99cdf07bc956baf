-- A foreign key comes on a key that comes with it.
-- engines: sqlite, postgres

-- from
CREATE TABLE p (id integer PRIMARY KEY, code integer);
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- rows
INSERT INTO p VALUES (1, 10), (2, 20);
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE p (id integer PRIMARY KEY, code integer, CONSTRAINT p_code UNIQUE (code));
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, CONSTRAINT f FOREIGN KEY (n) REFERENCES p (code));

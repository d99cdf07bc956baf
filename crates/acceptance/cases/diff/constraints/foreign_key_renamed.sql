-- A foreign key gets another name.
-- engines: postgres

-- from
CREATE TABLE p (id integer PRIMARY KEY);
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, CONSTRAINT f FOREIGN KEY (n) REFERENCES p (id));

-- rows
INSERT INTO p VALUES (10), (20);
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE p (id integer PRIMARY KEY);
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text, CONSTRAINT g FOREIGN KEY (n) REFERENCES p (id));

-- Tables go in a circle, early, because a new index takes the name of one of theirs.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE TABLE c (id integer PRIMARY KEY, d_id integer);
CREATE TABLE d (id integer PRIMARY KEY, c_id integer CONSTRAINT d_c_fk REFERENCES c (id), n integer);
ALTER TABLE c ADD CONSTRAINT c_d_fk FOREIGN KEY (d_id) REFERENCES d (id);
CREATE INDEX by_n ON d (n);
CREATE TABLE a (id integer PRIMARY KEY, c_id integer CONSTRAINT a_c_fk REFERENCES c (id));
CREATE TABLE b (id integer PRIMARY KEY, a_id integer);
ALTER TABLE c ADD COLUMN b_id integer CONSTRAINT c_b_fk REFERENCES b (id);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE INDEX by_n ON t (n);

-- choices
allow-drop a
allow-drop b
allow-drop c
allow-drop d

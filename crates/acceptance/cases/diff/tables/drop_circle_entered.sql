-- Tables go that reference each other in a circle, which others enter at its middle.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE TABLE c (id integer PRIMARY KEY, d_id integer);
CREATE TABLE d (id integer PRIMARY KEY, e_id integer);
CREATE TABLE e (id integer PRIMARY KEY, c_id integer CONSTRAINT e_c_fk REFERENCES c (id));
ALTER TABLE c ADD CONSTRAINT c_d_fk FOREIGN KEY (d_id) REFERENCES d (id);
ALTER TABLE d ADD CONSTRAINT d_e_fk FOREIGN KEY (e_id) REFERENCES e (id);
CREATE TABLE a (id integer PRIMARY KEY, e_id integer CONSTRAINT a_e_fk REFERENCES e (id));
CREATE TABLE z (id integer PRIMARY KEY, d_id integer CONSTRAINT z_d_fk REFERENCES d (id));

-- from (sqlite)
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE TABLE c (id integer PRIMARY KEY, d_id integer CONSTRAINT c_d_fk REFERENCES d (id));
CREATE TABLE d (id integer PRIMARY KEY, e_id integer CONSTRAINT d_e_fk REFERENCES e (id));
CREATE TABLE e (id integer PRIMARY KEY, c_id integer CONSTRAINT e_c_fk REFERENCES c (id));
CREATE TABLE a (id integer PRIMARY KEY, e_id integer CONSTRAINT a_e_fk REFERENCES e (id));
CREATE TABLE z (id integer PRIMARY KEY, d_id integer CONSTRAINT z_d_fk REFERENCES d (id));

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- choices
allow-drop a
allow-drop c
allow-drop d
allow-drop e
allow-drop z

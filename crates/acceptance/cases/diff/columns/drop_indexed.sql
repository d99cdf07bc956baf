-- A column goes, and with it its index, its check and its foreign key.
-- engines: sqlite, postgres

-- from
CREATE TABLE p (id integer PRIMARY KEY);
CREATE TABLE t (id integer PRIMARY KEY, p_id integer CONSTRAINT t_p REFERENCES p (id), email text, CONSTRAINT positive CHECK (p_id > 0));
CREATE INDEX ix_p ON t (p_id);

-- rows
INSERT INTO p VALUES (1);
INSERT INTO t VALUES (1, 1, 'a');

-- to
CREATE TABLE p (id integer PRIMARY KEY);
CREATE TABLE t (id integer PRIMARY KEY, email text);

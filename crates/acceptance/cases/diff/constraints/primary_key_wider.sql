-- A primary key gets a column more.
-- engines: sqlite, postgres

-- from
CREATE TABLE t (id integer NOT NULL, email text NOT NULL, PRIMARY KEY (id));

-- rows
INSERT INTO t VALUES (1, 'a');

-- to
CREATE TABLE t (id integer NOT NULL, email text NOT NULL, PRIMARY KEY (id, email));

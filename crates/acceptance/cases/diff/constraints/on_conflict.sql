-- What happens on a conflict changes.
-- engines: sqlite

-- from
CREATE TABLE t (id integer PRIMARY KEY, email text UNIQUE);

-- rows
INSERT INTO t VALUES (1, 'a');

-- to
CREATE TABLE t (id integer PRIMARY KEY, email text UNIQUE ON CONFLICT REPLACE);

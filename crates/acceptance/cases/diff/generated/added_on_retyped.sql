-- A generated column comes whose source changes its type at the same time.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n smallint NOT NULL, gone text);

-- rows
INSERT INTO t VALUES (1, 10, 'x'), (2, 20, NULL);

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL, more integer GENERATED ALWAYS AS (n + 1) STORED);

-- choices
allow-doubts

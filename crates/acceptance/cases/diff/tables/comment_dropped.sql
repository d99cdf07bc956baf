-- A comment on a table goes, one on a column changes.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
COMMENT ON TABLE t IS 'ours';
COMMENT ON COLUMN t.n IS 'a';

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
COMMENT ON COLUMN t.n IS 'b';

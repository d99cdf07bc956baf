-- A type changes under views, one of which reads the other.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE VIEW v AS SELECT id, n FROM t;
CREATE VIEW a_first AS SELECT n FROM v WHERE n > 1;

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n bigint, email text);
CREATE VIEW v AS SELECT id, n FROM t;
CREATE VIEW a_first AS SELECT n FROM v WHERE n > 1;

-- choices
phases expand backfill contract

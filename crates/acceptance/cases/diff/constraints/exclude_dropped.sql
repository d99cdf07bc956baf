-- An exclusion constraint goes.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, during int4range, CONSTRAINT apart EXCLUDE USING gist (during WITH &&));

-- rows
INSERT INTO t VALUES (1, 10, '[1,5)'), (2, 20, '[5,9)');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, during int4range);

-- An exclusion constraint changes its operator.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, at tsrange, CONSTRAINT ex EXCLUDE USING gist (at WITH &&));

-- rows
INSERT INTO t VALUES (1, '[2026-01-01,2026-01-02)');

-- to
CREATE TABLE t (id integer PRIMARY KEY, at tsrange, CONSTRAINT ex EXCLUDE USING gist (at WITH =));

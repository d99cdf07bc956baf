-- A generated column stays while the column that it reads changes its type: it has to make way and come back, with what
-- hangs on it.
-- engines: postgres

-- from
CREATE TABLE t (
    id integer PRIMARY KEY,
    n integer NOT NULL,
    twice bigint GENERATED ALWAYS AS (n * 2) STORED,
    CONSTRAINT small CHECK (twice < 1000)
);
CREATE UNIQUE INDEX by_twice ON t (twice);
COMMENT ON COLUMN t.twice IS 'double';
COMMENT ON INDEX by_twice IS 'quick';
CREATE VIEW v AS SELECT id, twice FROM t;

-- rows
INSERT INTO t (id, n) VALUES (1, 10), (2, 20);

-- to
CREATE TABLE t (
    id integer PRIMARY KEY,
    n bigint NOT NULL,
    twice bigint GENERATED ALWAYS AS (n * 2) STORED,
    CONSTRAINT small CHECK (twice < 1000)
);
CREATE UNIQUE INDEX by_twice ON t (twice);
COMMENT ON COLUMN t.twice IS 'double';
COMMENT ON INDEX by_twice IS 'quick';
CREATE VIEW v AS SELECT id, twice FROM t;

-- choices
allow-doubts

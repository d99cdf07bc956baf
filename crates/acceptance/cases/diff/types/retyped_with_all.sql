-- A number grows that has a default, a check, a foreign key, keys and indexes, and a comment.
-- engines: postgres

-- from
CREATE TABLE p (id bigint PRIMARY KEY);
CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL DEFAULT 3 REFERENCES p (id), m integer,
  CONSTRAINT c CHECK (n > 0 AND m <> n), CONSTRAINT u UNIQUE (n, id));
CREATE UNIQUE INDEX ix_t ON t (n, m) WHERE n > 1;
CREATE INDEX ix_m ON t ((n + 1));
COMMENT ON COLUMN t.n IS 'how many';
COMMENT ON INDEX ix_m IS 'one more';

-- rows
INSERT INTO p VALUES (1), (2), (3);
INSERT INTO t VALUES (1, 1, 2), (2, 2, NULL), (3, 3, 7);

-- to
CREATE TABLE p (id bigint PRIMARY KEY);
CREATE TABLE t (id integer PRIMARY KEY, n bigint NOT NULL DEFAULT 3 REFERENCES p (id), m bigint,
  CONSTRAINT c CHECK (n > 0 AND m <> n), CONSTRAINT u UNIQUE (n, id));
CREATE UNIQUE INDEX ix_t ON t (n, m) WHERE n > 1;
CREATE INDEX ix_m ON t ((n + 1));
COMMENT ON COLUMN t.n IS 'how many';
COMMENT ON INDEX ix_m IS 'one more';

-- choices
phases expand backfill contract

-- A partitioned table comes, with partitions, an index and a foreign key.
-- engines: postgres

-- from
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);

-- rows
INSERT INTO t VALUES (1, 10, 'a@example.org'), (2, 20, 'b@example.org');

-- to
CREATE TABLE t (id integer PRIMARY KEY, n integer, email text);
CREATE TABLE ev (id integer NOT NULL REFERENCES t (id), at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE INDEX ix_ev ON ev (at);
CREATE INDEX ix_own ON ev_1 (id);

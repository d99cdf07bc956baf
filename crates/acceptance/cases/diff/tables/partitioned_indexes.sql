-- A partitioned table with partitions of partitions gets several indexes; one partition has such an index already.
-- engines: postgres

-- from
CREATE TABLE ev (id integer NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE ev_2 PARTITION OF ev FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY LIST (kind);
CREATE TABLE ev_2_a PARTITION OF ev_2 FOR VALUES IN ('a');
CREATE TABLE ev_2_b PARTITION OF ev_2 DEFAULT;
CREATE INDEX own ON ev_1 (kind);

-- rows
INSERT INTO ev VALUES (1, '2026-01-05', 'a'), (2, '2026-02-05', 'a'), (3, '2026-02-06', NULL);

-- to
CREATE TABLE ev (id integer NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE ev_2 PARTITION OF ev FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY LIST (kind);
CREATE TABLE ev_2_a PARTITION OF ev_2 FOR VALUES IN ('a');
CREATE TABLE ev_2_b PARTITION OF ev_2 DEFAULT;
CREATE INDEX ix_kind ON ev (kind);
CREATE INDEX ix_kind_at ON ev (kind, at);
CREATE INDEX ix_id ON ev (id) WHERE kind IS NOT NULL;

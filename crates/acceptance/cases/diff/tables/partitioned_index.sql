-- A partitioned table gets an index and a primary key; its partitions follow.
-- engines: postgres

-- from
CREATE TABLE ev (id integer NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');

-- rows
INSERT INTO ev VALUES (1, '2026-01-05');

-- to
CREATE TABLE ev (id integer NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
ALTER TABLE ev ADD PRIMARY KEY (id, at);
CREATE INDEX ix_ev ON ev (at);

-- A partitioned table changes a column and gets a check; its partitions follow.
-- engines: postgres

-- from
CREATE TABLE ev (id integer NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');

-- rows
INSERT INTO ev VALUES (1, '2026-01-05');

-- to
CREATE TABLE ev (id bigint, at date NOT NULL DEFAULT '2026-01-01', CONSTRAINT positive CHECK (id > 0)) PARTITION BY RANGE (at);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');

-- choices
allow-questions

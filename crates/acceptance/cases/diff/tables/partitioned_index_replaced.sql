-- An index of a partitioned table gets another key: its new form is built beside the old one.
-- engines: postgres

-- from
CREATE TABLE ev (id integer NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE ev_2 PARTITION OF ev DEFAULT;
CREATE INDEX ix_ev ON ev (kind);

-- rows
INSERT INTO ev VALUES (1, '2026-01-05', 'a'), (2, '2026-02-05', 'b');

-- to
CREATE TABLE ev (id integer NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE ev_2 PARTITION OF ev DEFAULT;
CREATE INDEX ix_ev ON ev (kind, at);

-- A column of a partitioned table gets another name, one more is required; its partitions follow.
-- engines: postgres

-- from
CREATE TABLE ev (id integer NOT NULL, at date NOT NULL, note text NOT NULL, CONSTRAINT said CHECK (note <> '')) PARTITION BY RANGE (at);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE INDEX ix_ev ON ev (id);

-- rows
INSERT INTO ev VALUES (1, '2026-01-05', 'x');

-- to
CREATE TABLE ev (id integer NOT NULL, at date NOT NULL, words text NOT NULL, size integer NOT NULL, CONSTRAINT said CHECK (words <> '')) PARTITION BY RANGE (at);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE INDEX ix_ev ON ev (id);

-- choices
rename ev.note:words
backfill ev.size = id * 2
phases expand backfill contract

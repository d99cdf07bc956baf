-- case: a table with nothing that proves its bound
-- setup
CREATE TABLE event (at timestamptz NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE event_2026 (at timestamptz NOT NULL, PRIMARY KEY (at));
-- judge
-- finds: attach-scans
ALTER TABLE event ATTACH PARTITION event_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

-- case: a new table
-- setup
CREATE TABLE event (at timestamptz NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
-- judge
CREATE TABLE event_2026 (at timestamptz NOT NULL, PRIMARY KEY (at));
ALTER TABLE event ATTACH PARTITION event_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

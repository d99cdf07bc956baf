-- case: plain
-- setup
CREATE TABLE event (at timestamptz NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE event_2020 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- judge
-- finds: detach-blocks
ALTER TABLE event DETACH PARTITION event_2020;
-- fixed
-- transaction: none
ALTER TABLE event DETACH PARTITION event_2020 CONCURRENTLY;
-- later: drop the check that detaching leaves on `event_2020`
-- whimbrel: allow drop-constraint, because detaching left it behind
ALTER TABLE event_2020 DROP CONSTRAINT IF EXISTS event_2020_at_check;

-- case: beside a default partition, where it cannot be done concurrently
-- setup
CREATE TABLE event (at timestamptz NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE event_2020 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE event_other PARTITION OF event DEFAULT;
-- judge
-- finds: detach-blocks
ALTER TABLE event DETACH PARTITION event_2020;

-- case: concurrently
-- version: 14
-- setup
CREATE TABLE event (at timestamptz NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE event_2020 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- judge
-- transaction: none
ALTER TABLE event DETACH PARTITION event_2020 CONCURRENTLY;

-- case: on a server that is older
-- version: 13
-- setup
CREATE TABLE event (at timestamptz NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE event_2020 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- judge
-- transaction: none
-- finds: unsupported
ALTER TABLE event DETACH PARTITION event_2020 CONCURRENTLY;

-- case: on one that is new enough
-- version: 14
-- setup
CREATE TABLE event (at timestamptz NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE event_2020 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- judge
-- transaction: none
ALTER TABLE event DETACH PARTITION event_2020 CONCURRENTLY;

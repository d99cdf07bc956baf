-- A partition that is detached concurrently, in two transactions of the server's own.
-- engines: postgres 14

-- start
CREATE TABLE event (id integer NOT NULL, at integer NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM (0) TO (100);
CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM (100) TO (200);
INSERT INTO event SELECT i, i % 200 FROM generate_series(1, 20000) i;

-- upgrade
ALTER TABLE event DETACH PARTITION event_1 CONCURRENTLY;
CREATE TABLE kept (id integer);
-- transaction: none
INSERT INTO kept SELECT id FROM event_1;

-- downgrade
DROP TABLE kept;
-- transaction: none
ALTER TABLE event ATTACH PARTITION event_1 FOR VALUES FROM (0) TO (100);

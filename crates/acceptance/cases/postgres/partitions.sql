-- case: by range
CREATE TABLE log (id bigint NOT NULL, at timestamptz NOT NULL, text text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE log_2024 PARTITION OF log FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2025-01-01 00:00:00+00');
CREATE TABLE log_rest PARTITION OF log DEFAULT;
CREATE TABLE log_2025 (id bigint NOT NULL, at timestamptz NOT NULL, text text, PRIMARY KEY (id, at));
ALTER TABLE log ATTACH PARTITION log_2025 FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2026-01-01 00:00:00+00');
ALTER TABLE log DETACH PARTITION log_2024;
DROP TABLE log_rest;

-- case: by list and hash
CREATE TABLE city (name text, country text) PARTITION BY LIST (country);
CREATE TABLE city_de PARTITION OF city FOR VALUES IN ('de', 'at', NULL);
CREATE TABLE event (id int, kind text) PARTITION BY HASH (id, lower(kind));
CREATE TABLE event_0 PARTITION OF event FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE event_1 PARTITION OF event FOR VALUES WITH (modulus 2, remainder 1) PARTITION BY LIST (kind);
CREATE TABLE event_1_a PARTITION OF event_1 FOR VALUES IN ('a');

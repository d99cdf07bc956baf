-- case: a table with nothing that proves its bound
-- setup
CREATE TABLE event (at timestamptz NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE event_2026 (at timestamptz NOT NULL, PRIMARY KEY (at));
-- judge
-- finds: attach-scans
ALTER TABLE event ATTACH PARTITION event_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- fixed
ALTER TABLE event_2026 ADD CONSTRAINT event_2026_bound CHECK (at IS NOT NULL AND at >= '2026-01-01' AND at < '2027-01-01') NOT VALID;
-- later: validate that `event_2026` holds what its bound says
ALTER TABLE event_2026 VALIDATE CONSTRAINT event_2026_bound;
-- later: attach `event_2026`
ALTER TABLE event ATTACH PARTITION event_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
ALTER TABLE event_2026 DROP CONSTRAINT event_2026_bound;

-- case: values of a list
-- setup
CREATE TABLE event (kind text, at timestamptz) PARTITION BY LIST (kind);
CREATE TABLE event_mail (kind text, at timestamptz);
-- judge
-- finds: attach-scans
ALTER TABLE event ATTACH PARTITION event_mail FOR VALUES IN ('sent', 'read');
-- fixed
ALTER TABLE event_mail ADD CONSTRAINT event_mail_bound CHECK (kind IS NOT NULL AND kind IN ('sent', 'read')) NOT VALID;
-- later: validate that `event_mail` holds what its bound says
ALTER TABLE event_mail VALIDATE CONSTRAINT event_mail_bound;
-- later: attach `event_mail`
ALTER TABLE event ATTACH PARTITION event_mail FOR VALUES IN ('sent', 'read');
ALTER TABLE event_mail DROP CONSTRAINT event_mail_bound;

-- case: an index that the partition lacks is built all the same
-- setup
CREATE TABLE event (at timestamptz NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE event_2026 (at timestamptz NOT NULL);
-- judge
-- finds: attach-scans
ALTER TABLE event ATTACH PARTITION event_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

-- case: a new table
-- setup
CREATE TABLE event (at timestamptz NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
-- judge
CREATE TABLE event_2026 (at timestamptz NOT NULL, PRIMARY KEY (at));
ALTER TABLE event ATTACH PARTITION event_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

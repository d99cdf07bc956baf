-- case: of an old table
-- setup
CREATE TABLE event (at timestamptz NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
-- judge
-- finds: partition-locks-parent
CREATE TABLE event_2027 PARTITION OF event FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

-- case: of a new one
-- judge
CREATE TABLE event (at timestamptz NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE event_2027 PARTITION OF event FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

-- case: of a new one, in files that begin in the middle
-- partial
-- judge
CREATE TABLE event (at timestamptz NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE event_2027 PARTITION OF event FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
CREATE INDEX ix_event ON event (at);

-- case: on a table that was there before
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: index-blocks-writes
CREATE INDEX ix_email_subject ON email (subject);
-- fixed
-- transaction: none
CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);

-- case: on a partitioned table, which takes no concurrent build
-- setup
CREATE TABLE event (at timestamptz NOT NULL, kind text, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE event_2020 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE event_2021 PARTITION OF event FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
-- judge
-- finds: index-blocks-writes
CREATE INDEX ix_event_kind ON event (kind);
-- fixed
CREATE INDEX ix_event_kind ON ONLY event (kind);
-- later: build ix_event_kind on each partition
-- transaction: none
CREATE INDEX CONCURRENTLY event_2020_kind_idx ON event_2020 (kind);
-- transaction: none
CREATE INDEX CONCURRENTLY event_2021_kind_idx ON event_2021 (kind);
-- later: attach event_2020_kind_idx
ALTER INDEX ix_event_kind ATTACH PARTITION event_2020_kind_idx;
-- later: attach event_2021_kind_idx
ALTER INDEX ix_event_kind ATTACH PARTITION event_2021_kind_idx;

-- case: on a table that is nowhere in the files
-- judge
-- finds: index-blocks-writes
CREATE INDEX ix_email_subject ON email (subject);

-- case: a table that is known to be small
-- facts: email rows=1_000 bytes=100_000
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: index-blocks-writes
CREATE INDEX ix_email_subject ON email (subject);

-- case: on a table of the same file
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE INDEX ix_email_subject ON email (subject);

-- case: built concurrently
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- transaction: none
CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);

-- case: among others in a file that is one transaction
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
CREATE TABLE folder (id bigint PRIMARY KEY);
-- judge
CREATE TABLE label (id bigint PRIMARY KEY);
-- finds: index-blocks-writes
CREATE INDEX ix_email_subject ON email (subject);
CREATE INDEX ix_label ON label (id);
-- fixed
CREATE TABLE label (id bigint PRIMARY KEY);
CREATE INDEX ix_label ON label (id);
-- later: build ix_email_subject
-- transaction: none
CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);

-- case: on a table that a query has filled in the same file
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
-- judge
-- finds: unknown-statement
CREATE TABLE copied AS SELECT id, subject FROM email;
CREATE INDEX ix_copied ON copied (subject);
-- finds: unknown-statement
CREATE TABLE like_it (LIKE email INCLUDING ALL);
CREATE INDEX ix_like_it ON like_it (subject);
-- finds: unknown-statement
SELECT id, subject INTO selected FROM email;
CREATE INDEX ix_selected ON selected (subject);

-- case: on a partitioned table of which no partition is known: somebody else makes them
-- setup
CREATE TABLE event (at timestamptz NOT NULL, kind text) PARTITION BY RANGE (at);
-- judge
-- finds: index-blocks-writes
CREATE INDEX ix_event_kind ON event (kind);

-- case: on a partitioned table whose partitions are not all known
-- setup
CREATE TABLE event (at timestamptz NOT NULL, kind text) PARTITION BY RANGE (at);
DO $$ BEGIN EXECUTE 'CREATE TABLE event_2020 PARTITION OF event DEFAULT'; END $$;
-- judge
-- finds: index-blocks-writes
CREATE INDEX ix_event_kind ON event (kind);

-- case: a partition that is partitioned itself, and one that has such an index
-- setup
CREATE TABLE event (at timestamptz NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE event_2020 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') PARTITION BY LIST (kind);
CREATE TABLE event_2020_a PARTITION OF event_2020 FOR VALUES IN ('a');
CREATE TABLE event_2021 PARTITION OF event FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE INDEX ix_event_2021 ON event_2021 (kind);
-- judge
-- finds: index-blocks-writes
CREATE INDEX ON event (kind);
-- fixed
CREATE INDEX event_kind_idx ON ONLY event (kind);
CREATE INDEX event_2020_kind_idx ON ONLY event_2020 (kind);
-- later: build event_kind_idx on each partition
-- transaction: none
CREATE INDEX CONCURRENTLY event_2020_a_kind_idx ON event_2020_a (kind);
-- later: attach event_2020_a_kind_idx
ALTER INDEX event_2020_kind_idx ATTACH PARTITION event_2020_a_kind_idx;
-- later: attach event_2020_kind_idx
ALTER INDEX event_kind_idx ATTACH PARTITION event_2020_kind_idx;
-- later: attach ix_event_2021
ALTER INDEX event_kind_idx ATTACH PARTITION ix_event_2021;

-- case: a unique index of a partitioned table
-- setup
CREATE TABLE event (at timestamptz NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE event_2020 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE event_2021 PARTITION OF event FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
-- judge
-- finds: index-blocks-writes, unique-fails-on-duplicates
CREATE UNIQUE INDEX event_once ON event (at, lower(kind)) WHERE kind <> '';
-- fixed
CREATE UNIQUE INDEX event_once ON ONLY event (at, lower(kind)) WHERE kind <> '';
-- later: build event_once on each partition
-- transaction: none
CREATE UNIQUE INDEX CONCURRENTLY event_2020_at_lower_idx ON event_2020 (at, lower(kind)) WHERE kind <> '';
-- transaction: none
CREATE UNIQUE INDEX CONCURRENTLY event_2021_at_lower_idx ON event_2021 (at, lower(kind)) WHERE kind <> '';
-- later: attach event_2020_at_lower_idx
ALTER INDEX event_once ATTACH PARTITION event_2020_at_lower_idx;
-- later: attach event_2021_at_lower_idx
ALTER INDEX event_once ATTACH PARTITION event_2021_at_lower_idx;

-- case: a unique index that a later statement may need
-- setup
CREATE TABLE event (at timestamptz NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE event_2020 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- judge
-- finds: index-blocks-writes, unique-fails-on-duplicates
CREATE UNIQUE INDEX event_once ON event (at);
INSERT INTO event VALUES ('2020-05-01', 'a') ON CONFLICT (at) DO NOTHING;

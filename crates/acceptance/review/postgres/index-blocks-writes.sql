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
-- judge
-- finds: index-blocks-writes
CREATE INDEX ix_event_kind ON event (kind);

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

-- case: on a table that was there before
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE INDEX ix_email_subject ON email (subject);
-- judge
-- finds: drop-index-blocks
DROP INDEX ix_email_subject;
-- fixed
-- transaction: none
DROP INDEX CONCURRENTLY ix_email_subject;

-- case: concurrently
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE INDEX ix_email_subject ON email (subject);
-- judge
-- transaction: none
DROP INDEX CONCURRENTLY ix_email_subject;

-- case: of a new table
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE INDEX ix_email_subject ON email (subject);
DROP INDEX ix_email_subject;

-- case: among others in a file that is one transaction
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE INDEX ix_email_subject ON email (subject);
-- judge
-- finds: drop-index-blocks
DROP INDEX ix_email_subject;
CREATE TABLE label (id bigint PRIMARY KEY);
-- fixed
CREATE TABLE label (id bigint PRIMARY KEY);
-- later: drop ix_email_subject
-- transaction: none
DROP INDEX CONCURRENTLY ix_email_subject;

-- case: one that is not there, if it is
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
DROP INDEX IF EXISTS ix_email_subject;

-- case: one of a partitioned table, which takes no concurrent drop
-- setup
CREATE TABLE event (at timestamptz NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE INDEX ix_event_kind ON event (kind);
-- judge
-- finds: drop-index-blocks
DROP INDEX ix_event_kind;

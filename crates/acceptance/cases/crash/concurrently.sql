-- Everything that works concurrently, and leaves something half-way when it is stopped.
-- engines: postgres

-- start
CREATE TABLE mail (id integer PRIMARY KEY, subject text NOT NULL, size integer);
INSERT INTO mail SELECT i, 'subject ' || i, i % 97 FROM generate_series(1, 30000) i;
CREATE INDEX ix_old ON mail (size, subject);

-- upgrade
CREATE INDEX CONCURRENTLY ix_subject ON mail (subject);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ux_subject ON mail (subject, id);
DROP INDEX CONCURRENTLY ix_old;

-- downgrade
CREATE INDEX CONCURRENTLY ix_old ON mail (size, subject);
DROP INDEX CONCURRENTLY IF EXISTS ux_subject;
DROP INDEX CONCURRENTLY ix_subject;

-- upgrade
REINDEX INDEX CONCURRENTLY ix_subject;
CREATE INDEX CONCURRENTLY ON mail (size);
REINDEX TABLE CONCURRENTLY mail;

-- downgrade
DROP INDEX CONCURRENTLY mail_size_idx;

-- case: a concurrent build
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- transaction: none
-- finds: if-not-exists-hides-invalid-index
CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_email_subject ON email (subject);
-- fixed
-- transaction: none
DROP INDEX CONCURRENTLY IF EXISTS ix_email_subject;
-- transaction: none
CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);

-- case: what was there is dropped first
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- transaction: none
DROP INDEX CONCURRENTLY IF EXISTS ix_email_subject;
-- transaction: none
CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);

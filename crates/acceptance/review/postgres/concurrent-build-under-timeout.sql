-- case: a short timeout of whoever runs it
-- set: lock_timeout = 1s
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- transaction: none
-- finds: concurrent-build-under-timeout
CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);
-- fixed
-- transaction: none
SET lock_timeout = 0;
-- transaction: none
CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);
SET lock_timeout = '1s';

-- case: with none
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- transaction: none
SET lock_timeout = 0;
-- transaction: none
CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);

-- case: in the tool's transaction
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: cannot-run-in-transaction
CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);
-- fixed
-- transaction: none
CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);

-- case: outside
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- transaction: none
CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);

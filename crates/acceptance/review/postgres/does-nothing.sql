-- case: an index of that name is there and half built
-- invalid: ix_email_subject
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: does-nothing
CREATE INDEX IF NOT EXISTS ix_email_subject ON email (subject);

-- case: no index of that name is there
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: index-blocks-writes
CREATE INDEX IF NOT EXISTS ix_email_subject ON email (subject);

-- case: an index on an old table
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- transaction: none
-- finds: unique-fails-on-duplicates
CREATE UNIQUE INDEX CONCURRENTLY email_subject_key ON email (subject);

-- case: on a new table
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE UNIQUE INDEX email_subject_key ON email (subject);

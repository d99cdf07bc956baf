-- case: with a name
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: unique-blocks, unique-fails-on-duplicates
ALTER TABLE email ADD CONSTRAINT email_subject_key UNIQUE (subject);
-- fixed
-- transaction: none
CREATE UNIQUE INDEX CONCURRENTLY email_subject_key ON email (subject);
-- later: add `email_subject_key` with its index
ALTER TABLE email ADD CONSTRAINT email_subject_key UNIQUE USING INDEX email_subject_key;

-- case: without a name
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: unique-blocks, unique-fails-on-duplicates
ALTER TABLE email ADD UNIQUE (subject, size);
-- fixed
-- transaction: none
CREATE UNIQUE INDEX CONCURRENTLY email_subject_size_key ON email (subject, size);
-- later: add `email_subject_size_key` with its index
ALTER TABLE email ADD CONSTRAINT email_subject_size_key UNIQUE USING INDEX email_subject_size_key;

-- case: with an index that is there
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE UNIQUE INDEX email_subject_key ON email (subject);
-- judge
ALTER TABLE email ADD CONSTRAINT email_subject_key UNIQUE USING INDEX email_subject_key;

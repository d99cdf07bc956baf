-- case: a table
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: reindex-blocks
REINDEX TABLE email;
-- fixed
-- transaction: none
REINDEX TABLE CONCURRENTLY email;

-- case: an index, with options
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE INDEX ix_email_subject ON email (subject);
-- judge
-- finds: reindex-blocks
REINDEX (VERBOSE) INDEX ix_email_subject;
-- fixed
-- transaction: none
REINDEX (VERBOSE) INDEX CONCURRENTLY ix_email_subject;

-- case: concurrently
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- transaction: none
REINDEX TABLE CONCURRENTLY email;

-- case: among others in a file that is one transaction
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
CREATE TABLE label (id bigint PRIMARY KEY);
-- finds: reindex-blocks
REINDEX TABLE email;
-- fixed
CREATE TABLE label (id bigint PRIMARY KEY);
-- later: rebuild indexes
-- transaction: none
REINDEX TABLE CONCURRENTLY email;

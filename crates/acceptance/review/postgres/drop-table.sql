-- case: an old one
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: drop-table
DROP TABLE email;

-- case: a new one
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
DROP TABLE email;

-- case: one that is not there, if it is
-- setup
CREATE TABLE email (id bigint PRIMARY KEY);
-- judge
DROP TABLE IF EXISTS nothing;
-- finds: drop-table
DROP TABLE IF EXISTS email, nothing;

-- case: one that may be there for all that is known
-- setup
DO $$ BEGIN END $$;
-- judge
-- finds: drop-table
DROP TABLE IF EXISTS nothing;

-- case: one of that name in another schema, where a search path may look
-- setup
CREATE SCHEMA archive;
CREATE TABLE archive.email (id bigint PRIMARY KEY);
-- judge
-- finds: drop-table
DROP TABLE IF EXISTS email;
DROP TABLE IF EXISTS other.email;

-- case: one that a query has filled in the same file
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
-- judge
-- finds: unknown-statement
CREATE TABLE copied AS SELECT * FROM email;
DROP TABLE copied;

-- case: one that a query has selected into in the same file
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
-- judge
-- finds: unknown-statement
SELECT id INTO selected FROM email;
DROP TABLE selected;

-- case: one that a query has filled in an earlier file
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text);
CREATE TABLE copied AS SELECT * FROM email;
-- judge
-- finds: drop-table
DROP TABLE IF EXISTS copied;

-- case: an old one
-- version: 8.4
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50), size bigint);
-- judge
-- finds: drop-table
DROP TABLE email;

-- case: a new one
-- version: 8.4
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50), size bigint);
DROP TABLE email;

-- case: one that is not there, if it is
-- version: 8.4
-- judge
DROP TABLE IF EXISTS email;

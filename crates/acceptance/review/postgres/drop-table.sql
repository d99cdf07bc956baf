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

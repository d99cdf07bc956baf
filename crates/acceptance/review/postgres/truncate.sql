-- case: an old table
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- judge
-- finds: truncate
TRUNCATE email;

-- case: a new table
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
TRUNCATE email;

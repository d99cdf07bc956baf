-- case: an old one
-- version: 8.4
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50), size bigint);
-- judge
-- finds: delete-everything, unbatched-change
DELETE FROM email;

-- case: a new one
-- version: 8.4
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject varchar(50), size bigint);
DELETE FROM email;
